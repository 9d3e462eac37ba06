from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .channels import ACTIONS
from .plan_reasons import REASONS, VERDICTS


class CarteraPlanLine(models.Model):
    """One step for one debtor in a plan: done, merged, or why not. Written by one SQL
    statement per plan; nobody edits it."""

    _name = "cartera.plan.line"
    _description = "Plan Line"
    _order = "plan_id desc, days_overdue desc, case_id, id"
    _rec_name = "case_id"

    plan_id = fields.Many2one(
        "cartera.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    case_id = fields.Many2one(
        "cartera.case",
        string="Debtor",
        required=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one(
        "cartera.strategy.step", index="btree_not_null", ondelete="cascade"
    )
    action = fields.Selection(ACTIONS)
    channel = fields.Selection(
        ACTIONS,
        string="How",
        help="How it will be done, after falling back where needed.",
    )
    verdict = fields.Selection(VERDICTS, required=True)
    reason = fields.Selection(REASONS, required=True)
    reason_label = fields.Char(string="Why", compute="_compute_reason_label")
    merged_into_id = fields.Many2one(
        "cartera.plan.line", index="btree_not_null", ondelete="set null"
    )
    state = fields.Selection(
        [
            ("none", "Nothing to do"),
            ("open", "To do"),
            ("done", "Finished"),
            ("left_out", "Left out"),
            ("failed", "Failed"),
        ],
        required=True,
        default="none",
        help="What has become of the line since the plan was approved.",
    )
    message = fields.Char(help="What went wrong.")
    episode = fields.Integer()
    occurrence = fields.Integer()
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        index="btree_not_null",
        ondelete="set null",
        help="Of a step that is done per item.",
    )
    installment_id = fields.Many2one(
        "cartera.agreement.installment",
        string="Instalment",
        index="btree_not_null",
        ondelete="set null",
        help="Of a step that is done per item: the instalment of an agreement that "
        "falls due.",
    )
    date_event = fields.Date(help="Day of the promise or payment that it answers to.")
    date_step = fields.Date(string="Day of the Step")
    date_next = fields.Date(string="Not Before")
    amount = fields.Monetary()
    days_overdue = fields.Integer(string="Days Past Due", aggregator="avg")
    cost = fields.Monetary()

    # What is still to be done of a plan.
    _open_idx = models.Index("(plan_id, case_id) WHERE state = 'open'")

    @api.depends("reason", "date_next", "merged_into_id")
    @api.depends_context("lang")
    def _compute_reason_label(self):
        """The reason, with the day when it ends or the step that is done instead."""
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for line in self:
            label = labels.get(line.reason, "")
            if line.merged_into_id:
                label = self.env._(
                    "Merged into “%(step)s”", step=line.merged_into_id.step_id.name
                )
            elif line.date_next:
                label = self.env._(
                    "%(reason)s; not before %(date)s",
                    reason=label,
                    date=format_date(self.env, line.date_next),
                )
            line.reason_label = label

    def action_open_case(self):
        """Open the case of the debtor."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})


class CarteraPlanTotal(models.Model):
    """What a plan comes to, by verdict, action and channel."""

    _name = "cartera.plan.total"
    _description = "Total of a Plan"
    _auto = False
    _order = "plan_id, verdict, action, channel, reason"
    _rec_name = "plan_id"

    plan_id = fields.Many2one("cartera.plan", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    verdict = fields.Selection(VERDICTS, readonly=True)
    action = fields.Selection(ACTIONS, readonly=True)
    channel = fields.Selection(ACTIONS, string="How", readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    line_count = fields.Integer(string="Steps", readonly=True)
    debtor_count = fields.Integer(string="Debtors", readonly=True)
    cost = fields.Monetary(readonly=True)

    _depends = {
        "cartera.plan.line": [
            "plan_id",
            "company_id",
            "case_id",
            "verdict",
            "action",
            "channel",
            "reason",
            "cost",
        ]
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT
                MIN(id) AS id, plan_id, company_id, verdict, action, channel, reason,
                COUNT(*) AS line_count,
                COUNT(DISTINCT case_id) AS debtor_count,
                SUM(cost) AS cost
            FROM cartera_plan_line
            GROUP BY plan_id, company_id, verdict, action, channel, reason
            """
        )
