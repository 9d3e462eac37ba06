from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .cartera_strategy_engine import EVERYTHING, NIGHT, PEOPLE

# A plan that nobody ran is too old after so many days: too much has happened since.
MAX_AGE_DAYS = 3

# What only simulating, approving and running a plan write.
PROTECTED_FIELDS = frozenset(
    [
        "action_values",
        "approved_by_id",
        "case_id",
        "date_approved",
        "date_simulated",
        "line_ids",
        "run_id",
        "state",
    ]
)

# A plan with more debtors than this is run in the background.
AT_ONCE = 200


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
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_cartera_today(),
        help="The day that is planned. Any day can be simulated; only a plan of today "
        "or of the last three days can be run.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("simulated", "Simulated"),
            ("approved", "Approved"),
            ("running", "Running"),
            ("done", "Finished"),
            ("cancelled", "Discarded"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    case_id = fields.Many2one(
        "cartera.case",
        string="Only for",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The plan explains what happens with this debtor, and cannot be run.",
    )
    run_id = fields.Many2one(
        "cartera.run", string="Nightly Run", readonly=True, copy=False
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Datetime(string="Approved On", readonly=True, copy=False)
    date_simulated = fields.Datetime(string="Simulated On", readonly=True, copy=False)
    action_values = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="What the steps did when the plan was simulated.",
    )
    line_ids = fields.One2many("cartera.plan.line", "plan_id", readonly=True)
    # -- what it comes to ---------------------------------------------------------
    total_ids = fields.One2many(
        "cartera.plan.total", "plan_id", string="Totals", readonly=True
    )
    do_count = fields.Integer(string="To Do", compute="_compute_counts")
    merged_count = fields.Integer(string="Merged", compute="_compute_counts")
    skip_count = fields.Integer(string="Left Out", compute="_compute_counts")
    wait_count = fields.Integer(string="Not Due Yet", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    debtor_count = fields.Integer(string="Debtors", compute="_compute_counts")
    cost = fields.Monetary(compute="_compute_counts")
    can_run = fields.Boolean(compute="_compute_can_run")

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "Plan of %(date)s", date=format_date(self.env, plan.date)
            )

    @api.depends("line_ids.verdict", "line_ids.state")
    def _compute_counts(self):
        rows = self.env["cartera.plan.line"]._read_group(
            [("plan_id", "in", self.ids)],
            ["plan_id", "verdict", "state"],
            ["__count", "cost:sum"],
        )
        debtors = dict(
            self.env["cartera.plan.line"]._read_group(
                [("plan_id", "in", self.ids), ("verdict", "=", "do")],
                ["plan_id"],
                ["case_id:count_distinct"],
            )
        )
        for plan in self:
            mine = [row[1:] for row in rows if row[0] == plan]
            for verdict in ("do", "merged", "skip", "wait"):
                plan[f"{verdict}_count"] = sum(
                    count for of, _state, count, _cost in mine if of == verdict
                )
            plan.failed_count = sum(
                count for _of, state, count, _cost in mine if state == "failed"
            )
            plan.cost = sum(cost for *_rest, cost in mine)
            plan.debtor_count = debtors.get(plan, 0)

    @api.depends("case_id", "date", "state")
    def _compute_can_run(self):
        for plan in self:
            plan.can_run = plan.state == "simulated" and not plan._get_obstacle()

    def _get_obstacle(self):
        """Why the plan cannot be run, in words, or nothing."""
        self.ensure_one()
        today = self.company_id._get_cartera_today()
        if self.case_id:
            return self.env._(
                "This simulation explains one debtor and cannot be run. Simulate a "
                "plan for the whole company instead."
            )
        if not self.date or self.date > today:
            return self.env._(
                "The plan is for a day to come and can only be looked at. Simulate it "
                "again when the day has come."
            )
        if (today - self.date).days > MAX_AGE_DAYS:
            return self.env._(
                "The plan is more than %(days)s days old. Simulate a plan for today "
                "instead.",
                days=MAX_AGE_DAYS,
            )
        return ""

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected(vals, "company_id")
        if "date" in vals and any(plan.state != "draft" for plan in self):
            raise UserError(
                self.env._(
                    "The day of a plan that has been simulated cannot be changed. "
                    "Make a new plan for the other day."
                )
            )
        return super().write(vals)

    @api.model
    def _check_protected(self, vals, *more):
        """Raise an AccessError where somebody writes what the engines write.

        :param more: names of fields that nobody writes either
        """
        if not self.env.su and not PROTECTED_FIELDS.union(more).isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "What a plan says and its approval are not written by hand. "
                    "Simulate or approve it instead."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_run(self):
        if any(plan.state in ("approved", "running", "done") for plan in self):
            raise UserError(
                self.env._("A plan that has been approved stays as a record of it.")
            )

    # -- simulating ---------------------------------------------------------------

    def action_simulate(self):
        """Work the plan out, anew if it has been simulated before."""
        self.check_access("write")
        for plan in self:
            if plan.state not in ("draft", "simulated"):
                raise UserError(
                    self.env._(
                        "%(plan)s has been approved or discarded. Make a new one.",
                        plan=plan.display_name,
                    )
                )
            plan._simulate()

    def _simulate(self, told=PEOPLE, as_of=None, ids=None):
        """Write the lines of the plan; nothing of the debtors changes.

        :return: number of lines
        """
        self.ensure_one()
        # The lines are closed to everybody; only a simulation writes them.
        plan = self.sudo()
        plan._drop_lines()
        count = self.env["cartera.strategy.engine"].sudo()._fill(plan, told, as_of, ids)
        [[steps]] = (
            self.env["cartera.plan.line"]
            .sudo()
            ._read_group(
                [("plan_id", "=", plan.id), ("verdict", "in", ("do", "merged"))],
                [],
                ["step_id:recordset"],
            )
        )
        plan.write(
            {
                "state": "simulated",
                "date_simulated": fields.Datetime.now(),
                "action_values": steps._get_action_values(),
            }
        )
        return count

    def _drop_lines(self):
        """Empty the plans in one statement."""
        self.env["cartera.plan.line"].flush_model()
        self.env.cr.execute(
            "DELETE FROM cartera_plan_line WHERE plan_id = ANY(%s)", [self.ids]
        )
        self.env["cartera.plan.line"].invalidate_model(flush=False)
        self.invalidate_recordset(["line_ids", "total_ids"], flush=False)

    # -- approving and running ----------------------------------------------------

    def action_approve(self):
        """Approve the simulated plan and run it, in the background when it is big."""
        self._check_supervisor()
        for plan in self:
            plan._approve()
            if plan.debtor_count > AT_ONCE:
                self.env.ref("cartera_cobranza.ir_cron_cartera_plan").sudo()._trigger()
            else:
                self.env["cartera.plan.runner"].sudo()._run(plan.sudo(), commit=False)

    def _approve(self):
        """Approve the plan as it was simulated.

        :raise UserError: when there is nothing to approve, or the day does not allow it
        """
        self.ensure_one()
        if self.state != "simulated":
            raise UserError(
                self.env._("Only a simulated plan can be approved. Simulate it first.")
            )
        if obstacle := self._get_obstacle():
            raise UserError(obstacle)
        self.sudo().write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "date_approved": fields.Datetime.now(),
            }
        )

    def action_discard(self):
        """Drop the plan: nothing of it will be done."""
        self._check_supervisor()
        if any(plan.state in ("running", "done") for plan in self):
            raise UserError(
                self.env._("What has been begun or done cannot be discarded.")
            )
        self.sudo().state = "cancelled"

    def _check_supervisor(self):
        if self.env.su:
            return
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._("Only a supervisor of collections approves plans.")
            )
        self.check_access("write")

    # -- reading ------------------------------------------------------------------

    def action_open_lines(self):
        """List the lines of the plan, those of the verdict in the context."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_plan_line_action"
        )
        action["domain"] = [("plan_id", "=", self.id)]
        action["context"] = {}
        if verdict := self.env.context.get("cartera_verdict"):
            action["domain"].append(("verdict", "=", verdict))
        if state := self.env.context.get("cartera_line_state"):
            action["domain"].append(("state", "=", state))
        return action

    @api.model
    def _explain(self, case):
        """A simulation of today for one debtor, that tells of every step."""
        plan = self.sudo().create(
            {
                "company_id": case.company_id.id,
                "case_id": case.id,
                "date": case.company_id._get_cartera_today(),
            }
        )
        plan._simulate(EVERYTHING, ids=case.ids)
        return plan

    # -- the nightly run ----------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Simulate the plan of the day of the run and, when the company lets it,
        approve it. A plan that nobody has approved in time is discarded.

        :return: ``(number of steps to do, [])``
        """
        company = run.company_id
        mine = [("company_id", "=", company.id), ("case_id", "=", False)]
        oldest = fields.Date.subtract(run.date, days=MAX_AGE_DAYS)
        self.search(
            [*mine, ("state", "=", "simulated"), ("date", "<", oldest)]
        ).state = "cancelled"
        today = [*mine, ("date", "=", run.date), ("run_id", "!=", False)]
        plan = self.search([*today, ("state", "in", ("draft", "simulated"))], limit=1)
        if not plan:
            plan = self.create({"company_id": company.id, "date": run.date})
        plan.run_id = run
        plan._simulate(NIGHT, as_of=run._get_as_of())
        count = plan.do_count
        if not count and self.search_count([*today, ("state", "=", "done")], limit=1):
            # The day has been done already; there is nothing to add.
            plan.unlink()
        elif company.cartera_plan_approval == "automatic":
            plan.write({"state": "approved", "date_approved": fields.Datetime.now()})
        return count, []

    # -- tidying up ---------------------------------------------------------------

    @api.autovacuum
    def _gc_lines(self):
        """Drop explanations of one debtor after a day, and the lines of old plans when
        their company no longer wants to keep them."""
        yesterday = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.search(
            [("case_id", "!=", False), ("create_date", "<", yesterday)]
        ).unlink()
        for company in self.env["res.company"]._get_all_companies():
            oldest = fields.Date.subtract(
                company._get_cartera_today(), days=company.cartera_plan_keep_days
            )
            self.search(
                [
                    ("company_id", "=", company.id),
                    ("date", "<", oldest),
                    ("state", "in", ("simulated", "done", "cancelled")),
                    ("line_ids", "!=", False),
                ]
            )._drop_lines()
