import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from ..lib import batches
from . import cartera_transactions  # noqa: F401  (inherited: it comes first)
from .cartera_message_template import CLAIMING_KINDS
from .conflicts import CONFLICTS

_logger = logging.getLogger(__name__)

# Messages of one transaction: what is lost when a process is killed, and what memory
# and the locks on cases are held for.
BATCH_SIZE = 200
ATTEMPTS = 3

PROMISE_KINDS = frozenset({"promise_made", "promise_due", "promise_broken"})
# Kinds that make no sense when nothing can be asked of the debtor.
OWING_KINDS = CLAIMING_KINDS | {"preventive", "promise_broken"}

# States of a message that has been written to the debtor, or is about to be.
WRITTEN_STATES = ("ready", "queued", "sending", "sent", "unconfirmed")

# Refusals that stand against a person or a channel, and not against the debtor.
CHANNEL_RULES = frozenset({"consent", "opt_out"})


class CarteraDispatcher(models.AbstractModel):
    """Takes the planned messages whose moment has come through the contact gate,
    renders them and hands them to their channels.

    Each batch is a transaction: rows are taken with ``SKIP LOCKED``, so that several
    dispatchers share the work, and whatever a killed one did not commit is done anew.
    """

    _name = "cartera.dispatcher"
    _description = "Dispatcher of Messages"
    _inherit = ["cartera.transactions"]

    # -- entry points -------------------------------------------------------------

    @api.model
    def _cron_dispatch(self):
        """Dispatch what is due, batch by batch, as long as the scheduled action may
        run."""
        self = self.sudo()  # whoever the scheduled action runs as, it is for all
        cron = self.env["ir.cron"]
        self.env["cartera.sending.journal"]._recover()
        cron._commit_progress(remaining=self._count_due())
        while done := self._dispatch_next():
            if not cron._commit_progress(done):
                break

    @api.model
    def _dispatch(self):
        """Dispatch everything that is due.

        :return: number of messages looked at
        """
        self = self.sudo()
        self.env["cartera.sending.journal"]._recover()
        total = 0
        while done := self._dispatch_next():
            self._commit()
            total += done
        return total

    @api.model
    def _trigger(self, at=None):
        """Have the scheduled action run soon, or at a moment."""
        cron = self.env.ref(
            "cartera_cobranza.ir_cron_cartera_dispatch", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger(at=at)

    # -- batches ------------------------------------------------------------------

    @api.model
    def _count_due(self):
        return self.env["cartera.communication"].search_count(self._get_due_domain())

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        return [("state", "=", "planned"), ("date_planned", "<=", now)]

    @api.model
    def _dispatch_next(self):
        """Dispatch one batch, again from the start when another transaction got in its
        way.

        :return: number of messages, 0 when none is due or free
        """
        attempts_left = ATTEMPTS if self._can_commit() else 1
        while True:
            attempts_left -= 1
            try:
                self.env["cartera.invoice.printer"]._print_missing(self._peek())
                messages = self._take()
                self._dispatch_batch(messages)
                self.env.flush_all()
                self.env.invalidate_all()
                return len(messages)
            except CONFLICTS:
                if not attempts_left:
                    raise
                self._roll_back()

    @api.model
    def _peek(self):
        """The messages that are due next and attach invoices."""
        return self.env["cartera.communication"].search(
            [*self._get_due_domain(), ("attach_invoices", "=", True)],
            order="date_planned, id",
            limit=BATCH_SIZE,
        )

    @api.model
    def _take(self):
        """The next due messages of one company that no other dispatcher has, locked."""
        self.env["cartera.communication"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, company_id FROM cartera_communication
                 WHERE state = 'planned' AND date_planned <= %s
                 ORDER BY date_planned, id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                BATCH_SIZE,
            )
        )
        return self.env["cartera.communication"].browse(
            message_id for message_id, company_id in rows if company_id == rows[0][1]
        )

    @api.model
    def _dispatch_batch(self, messages, origin="dispatch"):
        """Dispatch messages of one company in this transaction; whatever spoils one of
        them is recorded on it and leaves the others alone."""
        if not messages:
            return
        worker = self._at(messages.company_id)
        _count, errors = batches.run_isolating(
            messages.ids,
            lambda ids: worker._dispatch_together(ids, origin),
            self._attempt,
        )
        for text in {str(error) for _message_id, error in errors}:
            _logger.warning("Messages could not be dispatched: %s", text)
        for message_id, error in errors:
            message = self.env["cartera.communication"].browse(message_id)
            message._end_unsent("failed", str(error))

    @api.model
    def _at(self, company):
        """This model as the company is: its language, its clock."""
        return self.with_company(company).with_context(
            lang=get_lang(self.env, company.partner_id.lang).code,
            tz=company._get_cartera_tz(),
        )

    def _attempt(self, work, ids):
        try:
            with self.env.cr.savepoint():
                return work(ids), None
        except CONFLICTS:
            raise  # whoever retries begins with a new transaction
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.env.invalidate_all(flush=False)
            return None, error

    # -- one batch ----------------------------------------------------------------

    def _dispatch_together(self, ids, origin):
        messages = self.env["cartera.communication"].browse(ids)
        self.env["cartera.message.renderer"]._load_items(messages)
        messages = self._drop_superseded(messages)
        messages = self._drop_pointless(messages)
        messages = self._drop_unlawful_wording(messages)
        messages = self._pass_gate(messages, origin)
        failed = self.env["cartera.message.renderer"]._render(messages)
        for message, error in failed:
            message._end_unsent("failed", str(error))
        messages -= messages.browse(message.id for message, _error in failed)
        messages.date_queued = fields.Datetime.now()
        for channel, group in messages.grouped("channel").items():
            self.env[f"cartera.channel.{channel}"]._queue(group, origin)
        return len(ids)

    def _drop_superseded(self, messages):
        """Of several messages that piled up for a debtor the last one goes out, and
        none on the day of another."""
        planned = messages.filtered(lambda message: message.origin == "strategy")
        last = self._find_last_due(planned)
        old = planned.filtered(lambda message: message.id not in last)
        old._set_state("cancelled", self.env._("A later message took its place"))
        busy = self._find_written_today(planned - old)
        busy.date_planned = self._get_day_start(1)
        return messages - old - busy

    def _find_last_due(self, messages):
        """Ids of the last planned messages that are due for the debtors of these; they
        may be in another batch."""
        if not messages:
            return set()
        messages.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (case_id) id FROM cartera_communication
                 WHERE case_id = ANY(%s) AND origin = 'strategy'
                   AND state = 'planned' AND date_planned <= %s
                 ORDER BY case_id, date DESC, id DESC
                """,
                messages.case_id.ids,
                fields.Datetime.now(),
            )
        )
        return {message_id for (message_id,) in rows}

    def _find_written_today(self, messages):
        """Those whose debtor has got a message of the strategy on this day."""
        rows = self.env["cartera.communication"]._read_group(
            [
                ("case_id", "in", messages.case_id.ids),
                ("origin", "=", "strategy"),
                ("state", "in", WRITTEN_STATES),
                ("date_queued", ">=", self._get_day_start()),
            ],
            ["case_id"],
        )
        busy = {case for (case,) in rows}
        return messages.filtered(lambda message: message.case_id in busy)

    def _get_day_start(self, days=0):
        """When the company's day begins, ``days`` ahead of today; naive UTC."""
        company = self.env.company
        day = company._get_cartera_today() + timedelta(days=days)
        zone = ZoneInfo(company._get_cartera_tz())
        moment = datetime.combine(day, time.min, zone)
        return moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def _drop_pointless(self, messages):
        """Call off what has no reason any more."""
        today = self.env.company._get_cartera_today()
        kept = messages
        for message in messages:
            if reason := self._find_suspension(message, today):
                message._set_state("cancelled", reason)
                message._get_executions()._call_off(reason)
            elif reason := self._find_obstacle(message):
                message._set_state("cancelled", reason)
            else:
                continue
            kept -= message
        return kept

    def _find_suspension(self, message, today):
        """Why the message is not written for now, so that its step is still to be done,
        or None."""
        case = message.case_id
        if message.origin != "strategy":
            return None
        if case.hold_until and case.hold_until >= today:
            return self.env._("On hold")
        if message.kind not in CLAIMING_KINDS or message.amount:
            return None
        if case.amount_collectable > 0 or case.amount_overdue <= 0:
            return None
        if case.amount_promised > 0:
            return self.env._("A payment is promised")
        if case.amount_paused > 0:
            return self.env._("What is overdue is on hold")
        if case.amount_disputed > 0:
            return self.env._("What is overdue is disputed")
        return None

    def _find_obstacle(self, message):
        """Why the message is not written any more, or None."""
        kind = message.kind
        if kind in PROMISE_KINDS and not message.promise_date_text:
            if kind == "promise_broken":
                return self.env._("No promise was broken: it has been kept meanwhile")
            return self.env._("No promise is open")
        if kind == "agreement_default" and not message.agreement_cure_text:
            return self.env._("No notice of default is in force")
        if kind not in OWING_KINDS or message.amount:
            return None
        if any(item["side"] != "credit" for item in message.items or []):
            return self.env._("Credits cover what is due")
        if kind == "preventive":
            return self.env._("Nothing falls due soon")
        return self.env._("Nothing collectable is due: paid")

    def _drop_unlawful_wording(self, messages):
        """Refuse texts that the law of the debtor's country does not allow."""
        policies = self.env["cartera.contact.policy"]._resolve(
            messages.case_id, fields.Date.today()
        )
        reasons, kept = {}, messages
        for message in messages:
            ids = frozenset(policy.key for policy in policies[message.case_id])
            key = message.template_id, ids, bool(message._get_signer())
            if key not in reasons:
                reasons[key] = self._find_unlawful_wording(*key)
            if reasons[key]:
                message._end_unsent("refused", reasons[key])
                kept -= message
        return kept

    def _find_unlawful_wording(self, template, policy_ids, is_signed):
        """What keeps a text of the company from debtors with those policies, or
        None."""
        if errors := template._find_errors(policy_ids):
            return self.env._(
                "The wording of the message is not allowed: %(finding)s",
                finding=errors[0].description,
            )
        if template.kind not in CLAIMING_KINDS:
            return None
        policies = self.env["cartera.contact.policy"].browse(policy_ids)
        required = policies._get_content_rules(policies)["required"]
        company = self.env.company
        if "contact_means" in required and not (company.phone or company.email):
            return self.env._(
                "The message does not say how to reach %(company)s: write its phone "
                "or e-mail on the company (%(article)s)",
                company=company.name,
                article=required["contact_means"],
            )
        if "agent_name" in required and not is_signed:
            return self.env._(
                "The message has nobody to sign it: give the debtor a collector, or "
                "the company a default one (%(article)s)",
                article=required["agent_name"],
            )
        return None

    # -- gate ---------------------------------------------------------------------

    def _pass_gate(self, messages, origin):
        """Those that may be written now. The others wait for their moment, or are
        refused; letters and links have their moment when a person sends them."""
        at_once = messages.filtered(lambda message: message.channel in ("email", "sms"))
        by_hand = messages - at_once
        decisions = self._ask_gate(at_once, origin, admit=True)
        refused = {}
        for message, decision in zip(by_hand, self._ask_gate(by_hand), strict=True):
            if decision.verdict == "refuse":
                refused[message] = decision
        if refused:
            # Asked once more, for the evidence.
            self._ask_gate(by_hand.browse(m.id for m in refused), origin, admit=True)
        delayed = self.env["cartera.communication"]
        for message, decision in zip(at_once, decisions, strict=True):
            if decision.verdict == "refuse":
                refused[message] = decision
            elif decision.verdict == "delay":
                message.date_planned = decision.until.replace(tzinfo=None)
                delayed |= message
        for message, decision in refused.items():
            self._refuse(message, decision)
        gone = delayed | messages.browse(m.id for m in refused)
        self._note_closing(at_once - gone)
        return messages - gone

    def _note_closing(self, messages):
        """Until when the messages may leave: the mail server may be slow."""
        gate = self.env["cartera.contact.gate"]
        for channel, group in messages.grouped("channel").items():
            closing = gate._get_closing_times(group.case_id, channel)
            for message in group:
                message.date_closing = closing[message.case_id.id].replace(tzinfo=None)

    def _ask_gate(self, messages, origin=None, admit=False):
        """A decision for each message, in their order."""
        requests = [message._to_request() for message in messages]
        gate = self.env["cartera.contact.gate"]
        return gate._admit(requests, origin) if admit else gate._decide(requests)

    def _refuse(self, message, decision):
        gate = self.env["cartera.contact.gate"]
        reason = gate._describe(message.case_id, decision)
        message._set_state("refused", reason)
        if decision.rule not in CHANNEL_RULES or not message._replace():
            message._get_executions()._fail(reason)
