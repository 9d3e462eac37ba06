import logging
import time

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date
from odoo.tools.misc import get_lang

from ..lib import batches
from . import cartera_transactions  # noqa: F401  (inherited: it comes first)
from .conflicts import CONFLICTS

_logger = logging.getLogger(__name__)

# How often a phase is tried when other transactions get in its way.
ATTEMPTS = 3


class CarteraRun(models.Model):
    """One nightly run of one company: what was done, how long it took, what failed."""

    _name = "cartera.run"
    _description = "Nightly Run"
    _inherit = ["cartera.transactions"]
    _order = "date desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(
        required=True, readonly=True, help="The day for which the run was made."
    )
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Done"),
            ("warning", "Done with errors"),
            ("failed", "Failed"),
            ("interrupted", "Interrupted"),
        ],
        default="running",
        required=True,
        readonly=True,
    )
    date_start = fields.Datetime(
        string="Started", default=fields.Datetime.now, readonly=True
    )
    date_end = fields.Datetime(string="Ended", readonly=True)
    seconds = fields.Float(
        compute="_compute_seconds", store=True, digits=(12, 2), aggregator="avg"
    )
    phase_ids = fields.One2many("cartera.run.phase", "run_id", readonly=True)
    error_ids = fields.One2many("cartera.run.error", "run_id", readonly=True)
    error_count = fields.Integer(compute="_compute_error_count")

    @api.depends("date")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Run of %(date)s", date=format_date(self.env, run.date)
            )

    @api.depends("phase_ids.seconds")
    def _compute_seconds(self):
        for run in self:
            run.seconds = sum(run.phase_ids.mapped("seconds"))

    @api.depends("error_ids")
    def _compute_error_count(self):
        counts = dict(
            self.env["cartera.run.error"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.error_count = counts.get(run, 0)

    @api.model
    def _get_phases(self):
        """The phases of a run in their order: code and the model whose ``_run_phase``
        does it. That method takes the run and returns
        ``(number of records, [(partner id or False, error), ...])``."""
        return [
            ("promises", "cartera.promise.engine"),
            ("disputes", "cartera.dispute.engine"),
            ("agreements", "cartera.agreement.engine"),
            ("settlements", "cartera.agreement.settler"),
            ("charges", "cartera.agreement.charger"),
            ("court", "cartera.legal.engine"),
            ("pauses", "cartera.pause.engine"),
            ("refresh", "cartera.case.refresh"),
            ("episodes", "cartera.episode.engine"),
            ("segments", "cartera.segment.engine"),
            ("stages", "cartera.stage.engine"),
            ("consequences", "cartera.consequence.engine"),
            ("assignment", "cartera.assignment.engine"),
            ("plan", "cartera.plan"),
            ("execute", "cartera.plan.runner"),
            ("worklist", "cartera.worklist.engine"),
            ("ledger", "cartera.ledger.verifier"),
        ]

    # -- entry points -------------------------------------------------------------

    @api.model
    def run(self, companies=None, date=None):
        """Do the nightly work of ``companies``, one after the other.

        Each phase is committed on its own. A company that fails is recorded and the
        others go on; a company that another runner is working on is left to it.

        :param companies: ``res.company`` records or ids; all when None
        :param date: the day to run for, a date or an ISO string; each company's today
            when None. For another day the ledger is read as of that day.
        :return: the ``cartera.run`` records
        :raise AccessError: unless the user is a supervisor
        """
        self._check_run_rights()
        run_model = self.sudo()  # a run writes what its reader may only see
        runs = run_model.browse()
        date = fields.Date.to_date(date)
        for company in self._get_companies(companies).sudo():
            self._check_run_date(company, date)
            runs |= run_model._run_company_apart(company, date)
        return runs.with_env(self.env)

    @api.model
    def _cron_run(self):
        """Run from the scheduled action the companies that have not run today, so that
        one cut short goes on where it stopped, and report the progress."""
        self = self.sudo()  # whoever the scheduled action runs as, it is for all
        cron = self.env["ir.cron"]
        pending = self._get_companies(None).filtered(self._is_pending)
        cron._commit_progress(remaining=len(pending))
        for company in pending:
            self._run_company_apart(company, once=True)
            if not cron._commit_progress(1):
                break

    @api.model
    def _is_pending(self, company, date=None):
        """Whether ``company`` has no complete run of that day, or of its present one,
        behind it."""
        return not self.search_count(
            [
                ("company_id", "=", company.id),
                ("date", "=", date or company._get_cartera_today()),
                ("state", "in", ["done", "warning"]),
            ],
            limit=1,
        )

    @api.model
    def _check_run_date(self, company, date):
        """The moves of a day to come would stay in the history."""
        if date and not self.env.su and date > company._get_cartera_today():
            raise UserError(
                self.env._("The run of a day can only be made when the day has come.")
            )

    @api.model
    def _check_run_rights(self):
        if self.env.su:
            return
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._("Only a supervisor of collections can start a run.")
            )

    @api.model
    def _get_companies(self, companies):
        """The companies to run: those given, or all that the user may run.

        :raise AccessError: when the user has not selected one of them
        """
        if companies is None:
            if self.env.su:
                return self.env["res.company"]._get_all_companies()
            return self.env.companies
        if not isinstance(companies, models.BaseModel):
            ids = [companies] if isinstance(companies, int) else companies
            companies = self.env["res.company"].browse(ids)
        if not self.env.su and companies - self.env.companies:
            raise AccessError(
                self.env._("You can only run the companies that you have selected.")
            )
        return companies

    def action_run(self):
        """Run the selected companies now and show the result."""
        runs = self.run(self.env.companies)
        if not runs:
            raise UserError(
                self.env._(
                    "A run is at work already. Wait until it has ended and read its "
                    "result here."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_run_action"
        )
        if len(runs) == 1:
            action.update(res_id=runs.id, views=[[False, "form"]], view_mode="form")
        return action

    # -- one company --------------------------------------------------------------

    @api.model
    def _run_company_apart(self, company, date=None, once=False):
        """Run one company so that whatever happens to it stops no other; see
        :meth:`_run_company`."""
        try:
            return self._run_company(company, date, once)
        except Exception:
            if not self._can_commit():
                raise
            _logger.exception("The run of company %s broke off", company.id)
            self.env.cr.rollback()
            return self.browse()

    @api.model
    def _run_company(self, company, date=None, once=False):
        """Run one company, unless another runner holds it.

        :param once: not if the day has been run completely already; asked under the
            lock, because another runner may just have ended it
        :return: the run, or an empty recordset
        """
        if not self._lock(company):
            _logger.info("Company %s is being run by another process", company.id)
            return self.browse()
        try:
            self._commit()  # to see what the last holder of the lock has written
            if once and not self._is_pending(company, date):
                return self.browse()
            run = self._open_run(company, date or company._get_cartera_today())
            self._commit()
            run._run_phases()
            return run
        finally:
            self._unlock(company)

    @api.model
    def _open_run(self, company, date):
        """Take up the run of that day that was interrupted, or open a new one."""
        # Nobody else can be at it: the lock is ours.
        left = self.search([("company_id", "=", company.id), ("state", "=", "running")])
        left.state = "interrupted"
        resumed = self.search(
            [
                ("company_id", "=", company.id),
                ("date", "=", date),
                ("state", "=", "interrupted"),
            ],
            limit=1,
        )
        if resumed:
            resumed.state = "running"
            return resumed
        return self.create({"company_id": company.id, "date": date})

    def _run_phases(self):
        """Do the phases that are not done yet, and close the run."""
        self.ensure_one()
        done = set(
            self.phase_ids.filtered(lambda p: p.state != "failed").mapped("phase")
        )
        state = "done"
        for code, model_name in self._get_phases():
            if code in done:
                continue
            if not self._run_phase(code, model_name):
                state = "failed"
                break
        if state == "done" and self.error_ids:
            state = "warning"
        self.write({"state": state, "date_end": fields.Datetime.now()})
        self._commit()

    def _run_phase(self, code, model_name):
        """Do one phase and record it.

        :return: whether the run may go on
        """
        started = time.monotonic()
        engine = self.env[model_name].with_company(self.company_id)
        # A scheduled action has no language; what it reports is read by the company.
        language = self.env.context.get("lang") or self.company_id.partner_id.lang
        engine = engine.with_context(lang=get_lang(self.env, language).code)
        if getattr(engine, "_commits_itself", False) and self._can_commit():
            result, error = self._attempt_apart(engine._run_phase)
        else:
            result, error = self._attempt(engine._run_phase, self, retry=True)
        count, errors = result or (0, [(False, error)])
        phase = self.env["cartera.run.phase"].create(
            {
                "run_id": self.id,
                "phase": code,
                "record_count": count,
                "seconds": time.monotonic() - started,
                "state": "failed" if error else "warning" if errors else "done",
            }
        )
        self.env["cartera.run.error"].create(
            [
                {
                    "run_id": self.id,
                    "phase_id": phase.id,
                    "partner_id": partner_id or False,
                    "message": str(problem),
                }
                for partner_id, problem in errors
            ]
        )
        self._commit()
        return error is None

    def _attempt_apart(self, work):
        """Do ``work`` of an engine that keeps what it does bit by bit, and sees to
        conflicts with others itself.

        :return: ``(result, None)`` or ``(None, error)``
        """
        try:
            return work(self), None
        except Exception as error:  # pylint: disable=broad-exception-caught
            _logger.warning("A phase of the run broke off", exc_info=True)
            self.env.cr.rollback()
            return None, error

    # -- isolation ----------------------------------------------------------------

    def _attempt(self, work, argument, retry=False):
        """Do ``work(argument)`` so that a failure leaves no trace of it.

        :param retry: whether to start anew when another transaction got in the way;
            otherwise such a conflict is left to the caller
        :return: ``(result, None)`` or ``(None, error)``
        """
        attempts_left = ATTEMPTS if retry and self._can_commit() else 1
        while True:
            attempts_left -= 1
            try:
                with self.env.cr.savepoint():
                    return work(argument), None
            except CONFLICTS as error:
                if not retry:
                    raise  # whoever retries begins with a new transaction
                if not attempts_left:
                    return None, error
                # A new transaction sees what the other one has written.
                self.env.cr.rollback()
            except Exception as error:  # pylint: disable=broad-exception-caught
                # Whatever it is, the caller records it and the rest goes on.
                _logger.warning("A phase of the run failed", exc_info=True)
                self.env.invalidate_all(flush=False)
                return None, error

    def _isolate(self, keys, work):
        """Do ``work`` on all keys but those that make it fail.

        :return: ``(number of records, [(key, error), ...])``
        """
        return batches.run_isolating(keys, work, self._attempt)

    def _get_as_of(self):
        """Day as of which the ledger is read: None on the day itself."""
        self.ensure_one()
        return None if self.date == self.company_id._get_cartera_today() else self.date

    # -- lock ---------------------------------------------------------------------

    @api.model
    def _lock(self, company):
        """Take the company for this connection. The lock outlives the commits of the
        phases, and PostgreSQL gives it back when the process dies."""
        return self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(hashtext('cartera.run'), %s)", company.id)
        )[0][0]

    @api.model
    def _unlock(self, company):
        unlock = SQL(
            "SELECT pg_advisory_unlock(hashtext('cartera.run'), %s)", company.id
        )
        try:
            self.env.execute_query(unlock)
        except psycopg2.errors.InFailedSqlTransaction:
            # The connection goes back to the pool, and must not take the lock along.
            self.env.cr.rollback()
            self.env.execute_query(unlock)
