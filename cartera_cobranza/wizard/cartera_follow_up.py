"""What follows from the result of a contact: one model per code of
``cartera.disposition.follow_up``."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, format_datetime, plaintext2html

# Working days: that a bank takes to show a payment, and that a supervisor has to look
# at an insolvency.
PROOF_DAYS = 5
INSOLVENCY_DAYS = 10


class CarteraFollowUp(models.AbstractModel):
    """Asks for nothing and does nothing: the debtor is looked at again after the days
    of the result."""

    _name = "cartera.follow.up"
    _description = "What Follows From a Contact"

    @api.model
    def _check(self, log):
        """Look whether everything is there, before anything is done.

        :param log: the ``cartera.contact.log``
        :raise UserError: when something is missing
        """

    @api.model
    def _apply(self, log, contact):
        """Do what follows.

        :param contact: the ``cartera.contact`` that was logged
        :return: a notification for whoever logged it, or None
        """

    @api.model
    def _get_next(self, log):
        """The day on which the debtor should be looked at again."""
        return log.case_id._get_working_day(log.disposition_id.next_days)


class CarteraFollowUpNone(models.AbstractModel):
    _name = "cartera.follow.up.none"
    _description = "Nothing Follows"
    _inherit = ["cartera.follow.up"]


class CarteraFollowUpRefused(models.AbstractModel):
    """The note says why; what comes then is the stage's and the strategy's."""

    _name = "cartera.follow.up.refused"
    _description = "Refusal to Pay"
    _inherit = ["cartera.follow.up"]


class CarteraFollowUpThirdParty(models.AbstractModel):
    """The window reminds of what others must not be told."""

    _name = "cartera.follow.up.third_party"
    _description = "A Third Party Answered"
    _inherit = ["cartera.follow.up"]


class CarteraFollowUpPromise(models.AbstractModel):
    _name = "cartera.follow.up.promise"
    _description = "Promise to Pay"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _check(self, log):
        log._check_promise()

    @api.model
    def _apply(self, log, contact):
        promise = log.case_id._take_promise(
            {
                "currency_id": log.promise_currency_id.id,
                "installments": log._get_installments(),
                "line_ids": None,
                "promised_by_id": log.contact_partner_id.id,
                "channel": log.channel,
                "contact_id": contact.id,
                "date_made": log._get_day(),
                "note": log.note,
                "override_reason": log.promise_reason,
            }
        )
        return promise._get_waiting_notice()

    @api.model
    def _get_next(self, log):
        return log.promise_date or super()._get_next(log)


class CarteraFollowUpDispute(models.AbstractModel):
    _name = "cartera.follow.up.dispute"
    _description = "Dispute"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _check(self, log):
        if not log.dispute_reason_id or not log.dispute_item_id:
            raise UserError(
                self.env._("Choose what the debtor contests, and of which item.")
            )

    @api.model
    def _apply(self, log, contact):
        item = log.dispute_item_id
        dispute = log.case_id._open_dispute(
            {
                "reason_id": log.dispute_reason_id.id,
                "lines": [(item.move_line_id.id, log.dispute_amount)],
                "description": log.note,
                "attachment_ids": log.proof_ids.ids,
                "contact_id": contact.id,
            }
        )
        log._move_proof(dispute)


class CarteraFollowUpCallback(models.AbstractModel):
    _name = "cartera.follow.up.callback"
    _description = "Call Back"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _check(self, log):
        if not log.callback_date:
            raise UserError(self.env._("Enter when the debtor wants to be called."))
        if log.callback_date < fields.Datetime.now():
            raise UserError(self.env._("Choose a later time than now for the call."))

    @api.model
    def _apply(self, log, contact):
        log.case_id.activity_schedule(
            "cartera_cobranza.mail_activity_type_call",
            date_deadline=log._get_callback_day(),
            summary=self.env._(
                "Call back at %(time)s, as asked for",
                time=format_datetime(self.env, log.callback_date, dt_format="HH:mm"),
            ),
            note=log.note and plaintext2html(log.note),
            user_id=self.env.uid,
        )

    @api.model
    def _get_next(self, log):
        if not log.callback_date:
            return super()._get_next(log)
        return log._get_callback_day()


class CarteraFollowUpDocuments(models.AbstractModel):
    _name = "cartera.follow.up.documents"
    _description = "Documents to Send"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _apply(self, log, contact):
        log.case_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=log.case_id._get_working_day(0),
            summary=self.env._("Send the documents that the debtor asked for"),
            note=log.note and plaintext2html(log.note),
            user_id=self.env.uid,
        )


class CarteraFollowUpAlreadyPaid(models.AbstractModel):
    """The debtor is left alone while the money is looked for."""

    _name = "cartera.follow.up.already_paid"
    _description = "Says That It Has Paid"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _check(self, log):
        if log.paid_date and log.paid_date > log._get_day():
            raise UserError(
                self.env._(
                    "What will be paid is a promise: choose another result, or correct "
                    "the day of the payment."
                )
            )

    @api.model
    def _apply(self, log, contact):
        claim = self._describe(log)
        log.case_id._pause(
            {
                "kind": "proof",
                "reason": claim,
                "date_review": self._get_next(log),
            }
        )
        log._move_proof(log.case_id)
        if log.proof_ids:
            log.case_id.message_post(body=claim, attachment_ids=log.proof_ids.ids)
        self._plan(log, self.env._("Find the payment"), claim)
        if not log.proof_ids:
            self._plan(log, self.env._("Ask for the proof of payment"), claim)

    def _plan(self, log, summary, claim):
        log.case_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=log.case_id._get_working_day(0),
            summary=summary,
            note=claim,
            user_id=self._get_finder(log).id,
        )

    @api.model
    def _get_finder(self, log):
        """Who looks for the money."""
        return log.case_id.worker_id or self.env.user

    def _describe(self, log):
        if not log.paid_date or log.paid_amount <= 0:
            return self.env._("The debtor says that it has paid.")
        return self.env._(
            "The debtor says that it paid %(amount)s on %(day)s.",
            amount=format_amount(self.env, log.paid_amount, log.currency_id),
            day=format_date(self.env, log.paid_date),
        )

    @api.model
    def _get_next(self, log):
        return log.case_id._get_working_day(PROOF_DAYS)


class CarteraFollowUpInsolvent(models.AbstractModel):
    """Nobody contacts an insolvent debtor to collect; that it is one, a supervisor
    says."""

    _name = "cartera.follow.up.insolvent"
    _description = "Insolvency Proceedings"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _check(self, log):
        if not log.insolvent_date:
            raise UserError(self.env._("Enter when the proceedings began."))
        if log.insolvent_date > log._get_day():
            raise UserError(self.env._("The proceedings cannot begin in the future."))

    @api.model
    def _apply(self, log, contact):
        if self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            # Supervisors of collections need not be those who keep the contacts.
            log.case_id.partner_id.sudo().cartera_insolvent_since = log.insolvent_date
            return
        claim = self.env._(
            "Insolvency proceedings since %(day)s, as the debtor says.",
            day=format_date(self.env, log.insolvent_date),
        )
        until = log.case_id._get_working_day(INSOLVENCY_DAYS)
        log.case_id._pause({"kind": "internal", "reason": claim, "date_review": until})
        log.case_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=log.case_id._get_working_day(0),
            summary=self.env._("Check the insolvency of the debtor"),
            note=claim,
            user_id=log.case_id._get_supervisor().id or self.env.uid,
        )


class CarteraFollowUpWrongNumber(models.AbstractModel):
    """The log itself is what keeps an address from being used again, see
    ``cartera.address.word``."""

    _name = "cartera.follow.up.wrong_number"
    _description = "Wrong Number or Address"
    _inherit = ["cartera.follow.up"]

    @api.model
    def _check(self, log):
        if not log.address:
            raise UserError(self.env._("Enter the number or address that is wrong."))
