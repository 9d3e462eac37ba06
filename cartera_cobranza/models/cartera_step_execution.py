from odoo import api, fields, models
from odoo.tools import SQL

from .channels import ACTIONS
from .strategy_facts import COUNTED

# Times that a step may come to nothing before it is left to a person.
TRIES = 3


class CarteraStepExecution(models.Model):
    """A step done for a debtor, once and for all: the database refuses a second row.

    One that failed is kept as well, and does not keep the step from being done.
    """

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
        help="Id of the item, also when it is gone, or the negative of an "
        "instalment's; 0 where the step is per debtor.",
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
        [
            ("done", "Done"),
            ("merged", "Merged"),
            ("failed", "Failed"),
            ("called_off", "Called off"),
            ("given_up", "Given up"),
        ],
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

    # Not the one below: it leaves out what failed.
    _case_idx = models.Index("(case_id, date DESC, id DESC)")
    # An index, since a date that is empty would never be equal in a constraint.
    _once_uniq = models.UniqueIndex(
        "(case_id, step_id, episode, line_key, occurrence, "
        "COALESCE(date_event, '-infinity'::date)) "
        "WHERE state IN ('done', 'merged', 'given_up')",
        "This step has been done already.",
    )

    @api.depends("plan_id", "step_id")
    def _compute_order_id(self):
        """A step in memory for each plan and step, on top of the stored one."""
        for (plan, step), executions in self.grouped(
            lambda execution: (execution.plan_id, execution.step_id)
        ).items():
            values = (plan.sudo().action_values or {}).get(str(step.id))
            executions.order_id = step.new(values, origin=step) if values else step

    # -- what came to nothing -----------------------------------------------------

    def _fail(self, reason):
        """What was begun has come to nothing. The next plan does it again; what has
        failed several times is left to a person."""
        for execution in self.filtered(lambda execution: execution.state == "done"):
            failed = [*execution._get_twins_domain(), ("state", "=", "failed")]
            is_last = self.search_count(failed) >= TRIES - 1
            execution.write(
                {"state": "given_up" if is_last else "failed", "message": reason}
            )

    def _call_off(self, reason):
        """What was begun is not done for now, since the debtor is left alone: a plan
        does it again afterwards."""
        begun = self.filtered(lambda execution: execution.state == "done")
        begun.write({"state": "called_off", "message": reason})

    def _take_up(self):
        """What had come to nothing is done after all, by hand, where no plan has done
        it meanwhile."""
        for execution in self.filtered(
            lambda execution: execution.state in ("failed", "given_up")
        ):
            counted = [*execution._get_twins_domain(), ("state", "in", COUNTED)]
            if not self.search_count(counted, limit=1):
                execution.write({"state": "done", "message": False})

    def _get_twins_domain(self):
        """The other times that the same was to be done."""
        self.ensure_one()
        return [
            ("id", "!=", self.id),
            ("case_id", "=", self.case_id.id),
            ("step_id", "=", self.step_id.id),
            ("episode", "=", self.episode),
            ("line_key", "=", self.line_key),
            ("occurrence", "=", self.occurrence),
            ("date_event", "=", self.date_event),
        ]

    # -- merged debtors -----------------------------------------------------------

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
                    AND gone.state IN %s AND met.state IN %s
                """,
                case.id,
                target.id,
                COUNTED,
                COUNTED,
            )
        )
