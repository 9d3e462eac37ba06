from odoo import fields, models

from .channels import ACTIONS


class CarteraStepExecution(models.Model):
    """A step done for a debtor, once and for all: the database refuses a second row."""

    _name = "cartera.step.execution"
    _description = "Step Done"
    _order = "date desc, id desc"
    _rec_name = "step_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    step_id = fields.Many2one(
        "cartera.strategy.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    strategy_id = fields.Many2one(related="step_id.strategy_id")
    episode = fields.Integer(
        readonly=True, required=True, help="Number of the debtor's episode of arrears."
    )
    occurrence = fields.Integer(readonly=True, required=True, default=1)
    line_id = fields.Many2one(
        "account.move.line", string="Item", readonly=True, ondelete="set null"
    )
    line_key = fields.Integer(
        readonly=True,
        required=True,
        default=0,
        help="Id of the item, also when it is gone; 0 where the step is per debtor.",
    )
    date = fields.Date(required=True, readonly=True)
    plan_id = fields.Many2one("cartera.plan", readonly=True, index="btree_not_null")
    plan_line_id = fields.Many2one("cartera.plan.line", readonly=True)
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    channel = fields.Selection(ACTIONS, readonly=True)
    state = fields.Selection(
        [("done", "Done"), ("merged", "Merged"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="done",
    )
    message = fields.Char(readonly=True, help="What went wrong, or what was done.")
    communication_id = fields.Many2one(
        "cartera.communication", readonly=True, index="btree_not_null"
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    _once_uniq = models.Constraint(
        "UNIQUE (case_id, step_id, episode, line_key, occurrence)",
        "This step has been done already.",
    )
