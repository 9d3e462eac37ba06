from odoo import api, fields, models
from odoo.tools import SQL

from .channels import ACTIONS


class CarteraStepExecution(models.Model):
    """A step done for a debtor, once and for all: the database refuses a second row."""

    _name = "cartera.step.execution"
    _description = "Step Done"
    _order = "date desc, id desc"
    _rec_name = "step_id"

    case_id = fields.Many2one(
        "cartera.case",
        string="Debtor",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Contact")
    step_id = fields.Many2one(
        "cartera.strategy.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    strategy_id = fields.Many2one(related="step_id.strategy_id")
    episode = fields.Integer(
        readonly=True,
        required=True,
        help="Number of the debtor's episode of arrears; 0 where the step does not "
        "depend on one.",
    )
    occurrence = fields.Integer(readonly=True, required=True, default=1)
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    line_key = fields.Integer(
        readonly=True,
        required=True,
        default=0,
        help="Id of the item, also when it is gone; 0 where the step is per debtor.",
    )
    date_event = fields.Date(
        readonly=True, help="Day of the promise or payment that the step answers to."
    )
    date = fields.Date(required=True, readonly=True)
    plan_id = fields.Many2one("cartera.plan", readonly=True, index="btree_not_null")
    plan_line_id = fields.Many2one(
        "cartera.plan.line", readonly=True, index="btree_not_null", ondelete="set null"
    )
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    channel = fields.Selection(ACTIONS, string="How", readonly=True)
    state = fields.Selection(
        [("done", "Done"), ("merged", "Merged"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="done",
    )
    message = fields.Char(
        string="Result", readonly=True, help="What was done, or what went wrong."
    )
    communication_id = fields.Many2one(
        "cartera.communication",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    order_id = fields.Many2one(
        "cartera.strategy.step",
        string="Step as Planned",
        compute="_compute_order_id",
        help="The step with what it was to do when the plan was simulated.",
    )

    # An index, since a date that is empty would never be equal in a constraint.
    _once_uniq = models.UniqueIndex(
        "(case_id, step_id, episode, line_key, occurrence, "
        "COALESCE(date_event, '-infinity'::date))",
        "This step has been done already.",
    )

    @api.depends("plan_id", "step_id")
    def _compute_order_id(self):
        """A step in memory for each plan and step, on top of the stored one."""
        for (plan, step), executions in self.grouped(
            lambda execution: (execution.plan_id, execution.step_id)
        ).items():
            values = (plan.action_values or {}).get(str(step.id))
            executions.order_id = step.new(values, origin=step) if values else step

    @api.model
    def _hand_over(self, case, target):
        """Before what was done for a case is handed over to another one: drop what was
        done for both, of which the record may hold one only."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM cartera_step_execution gone
                USING cartera_step_execution met
                WHERE gone.case_id = %s AND met.case_id = %s
                    AND (
                        gone.step_id, gone.episode, gone.line_key, gone.occurrence
                    ) = (met.step_id, met.episode, met.line_key, met.occurrence)
                    AND gone.date_event IS NOT DISTINCT FROM met.date_event
                """,
                case.id,
                target.id,
            )
        )
