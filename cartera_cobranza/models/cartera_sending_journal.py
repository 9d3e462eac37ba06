import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import batches
from .conflicts import CONFLICTS
from .sending_journal import LOCK_SENDER

_logger = logging.getLogger(__name__)


class CarteraSendingJournal(models.AbstractModel):
    """What remains to be done about messages after they were sent, or not: claims of
    processes that died, failures that ask for another recipient."""

    _name = "cartera.sending.journal"
    _description = "Aftermath of Sending"

    @api.model
    def _recover(self):
        """Put in order whatever senders have left behind. What cannot be, now or ever,
        keeps nothing else from being done."""
        dispatcher = self.env["cartera.dispatcher"]
        for work in (
            self._give_up_dead_claims,
            self._follow_up_failures,
            self._take_back_late,
            self.env["cartera.waiting.messages"]._call_off,
            self._cancel_orphans,
        ):
            try:
                with self.env.cr.savepoint():
                    work()
            except CONFLICTS:
                dispatcher._roll_back()  # the next call sees what the others wrote
            except Exception:  # pylint: disable=broad-exception-caught
                _logger.exception("What senders left behind was not put in order")
                dispatcher._roll_back()
            dispatcher._commit()

    @api.model
    def _do_each(self, messages, work):
        """Do ``work`` with the messages; one that cannot be done is told of and left as
        it is."""
        _count, errors = batches.run_isolating(
            messages.ids,
            lambda ids: work(messages.browse(ids)),
            self.env["cartera.dispatcher"]._attempt,
        )
        for message_id, error in errors:
            _logger.warning("Message %s was not followed up: %s", message_id, error)

    @api.model
    def _give_up_dead_claims(self):
        """Messages claimed by a process that died may have left or not: a person
        decides. That it died is known by its lock, which is free."""
        messages = self.env["cartera.communication"]
        messages.flush_model()
        numbers = self.env.execute_query(
            SQL(
                "SELECT DISTINCT claim FROM cartera_communication "
                "WHERE state = 'sending'"
            )
        )
        for (number,) in numbers:
            [(is_dead,)] = self.env.execute_query(
                SQL(
                    "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                    LOCK_SENDER,
                    number,
                )
            )
            if is_dead:
                self._give_up(number)
        messages.invalidate_model()

    @api.model
    def _give_up(self, number):
        # It is read by people, and a scheduled action has no language.
        here = self.env["cartera.dispatcher"]._at(self.env.company)
        self.env.execute_query(
            SQL(
                """
                UPDATE cartera_communication
                   SET state = 'unconfirmed', date_sent = %s, message = %s
                 WHERE state = 'sending' AND claim = %s RETURNING id
                """,
                fields.Datetime.now(),
                here.env._("The process that sent it was stopped"),
                number,
            )
        )

    @api.model
    def _follow_up_failures(self):
        """Mark the addresses of messages that failed, and plan them for others."""
        failed = self.env["cartera.communication"].search(
            [("state", "=", "failed"), ("failure", "!=", False)], limit=1000
        )
        self._do_each(failed._lock_in("failed"), self._follow_up)

    @api.model
    def _follow_up(self, messages):
        for message in messages:
            message._mark_unreached(message.failure == "address")
            if not message._replace():
                message._get_executions()._fail(message.message)
        messages.failure = False
        return len(messages)

    @api.model
    def _take_back_late(self):
        """Plan anew messages that were still waiting for the mail server, or for the
        SMS provider, when the lawful hours ended: the contact has not taken place."""
        late = self.env["cartera.communication"].search(
            [("state", "=", "queued"), ("date_closing", "<=", fields.Datetime.now())],
            limit=1000,
        )
        self._do_each(late._lock_in("queued"), self._take_back)

    @api.model
    def _take_back(self, late):
        self.env["cartera.contact"].search(
            [("communication_id", "in", late.ids)]
        ).unlink()
        for company, group in late.grouped("company_id").items():
            text = self.env["cartera.dispatcher"]._at(company).env._
            group._set_state("planned", text("The lawful hours ended before it left"))
        notes = late.mail_message_id
        late.write(
            {
                "date_planned": fields.Datetime.now(),
                "date_queued": False,
                "date_closing": False,
                "mail_id": False,
                "sms_uuid": False,
            }
        )
        notes.unlink()
        return len(late)

    @api.model
    def _cancel_orphans(self):
        """Take mails out of Odoo's queue whose message does not wait any more."""
        self.env["mail.mail"].flush_model()
        self.env.execute_query(
            SQL(
                """
                UPDATE mail_mail SET state = 'cancel'
                 WHERE id IN (
                    SELECT mail.id FROM mail_mail mail
                      JOIN cartera_communication message ON message.mail_id = mail.id
                     WHERE mail.state = 'outgoing'
                       AND message.state NOT IN ('queued', 'sending')
                       FOR UPDATE OF mail SKIP LOCKED
                 ) RETURNING id
                """
            )
        )
        self.env["mail.mail"].invalidate_model(["state"])
