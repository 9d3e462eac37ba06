from odoo import fields, models

from .channels import ACTIONS

VERDICTS = [
    ("do", "Will be done"),
    ("merged", "Merged into a stronger step"),
    ("skip", "Left out"),
    ("wait", "Not due yet"),
]


class CarteraPlan(models.Model):
    """What the strategies ask for on one day: simulated, looked at, approved, run."""

    _name = "cartera.plan"
    _description = "Collection Plan"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("simulated", "Simulated"),
            ("approved", "Approved"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Discarded"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    run_id = fields.Many2one(
        "cartera.run", string="Nightly Run", readonly=True, copy=False
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("cartera.plan.line", "plan_id", readonly=True)


class CarteraPlanLine(models.Model):
    """One step for one debtor in a plan: done, merged, or why not. Written by one SQL
    statement per plan; nobody edits it."""

    _name = "cartera.plan.line"
    _description = "Plan Line"
    _order = "plan_id, case_id, id"
    _rec_name = "case_id"

    plan_id = fields.Many2one(
        "cartera.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade"
    )
    step_id = fields.Many2one(
        "cartera.strategy.step", index="btree_not_null", ondelete="cascade"
    )
    action = fields.Selection(ACTIONS)
    channel = fields.Selection(
        ACTIONS, help="How it will be done, after falling back where needed."
    )
    verdict = fields.Selection(VERDICTS, required=True)
    reason = fields.Char(help="Short code of why; see the engine.")
    merged_into_id = fields.Many2one(
        "cartera.plan.line", index="btree_not_null", ondelete="set null"
    )
    episode = fields.Integer()
    occurrence = fields.Integer()
    line_id = fields.Many2one(
        "account.move.line", string="Item", help="Of a step that is done per item."
    )
    date_step = fields.Date(string="Day of the Step")
    amount = fields.Monetary()
    days_overdue = fields.Integer(string="Days Past Due", aggregator="avg")
    cost = fields.Monetary()
