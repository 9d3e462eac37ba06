from odoo import models

from odoo.addons.iap.tools.iap_tools import InsufficientCreditError

from .sending_journal import SendingJournal

# What the provider says of numbers that no other try will reach.
BAD_NUMBER = frozenset(
    {"wrong_number_format", "sms_number_missing", "country_not_supported"}
)


class ClaimingApi:
    """An SMS provider that is only given messages that were claimed before."""

    def __init__(self, api, journal, message_of):
        self._api = api
        self._journal = journal
        self._message_of = message_of

    def __getattr__(self, name):
        return getattr(self._api, name)

    def _send_sms_batch(self, messages, *args, **kwargs):
        claimed = self._journal.claim(self._message_of.values())
        uuids = {uuid for uuid, key in self._message_of.items() if key in claimed}
        try:
            return self._api._send_sms_batch(
                list(self._choose(messages, uuids)), *args, **kwargs
            )
        except InsufficientCreditError:
            raise  # the provider has refused them
        except Exception as error:
            # The request may have arrived.
            self._journal.note_unconfirmed(claimed, str(error))
            raise

    def _choose(self, messages, uuids):
        for message in messages:
            numbers = [row for row in message["numbers"] if row["uuid"] in uuids]
            if numbers:
                yield {**message, "numbers": numbers}


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _get_cartera_messages(self):
        """Ids of the messages to debtors that these SMS carry: dict by uuid."""
        found = self.env["cartera.communication"].sudo()
        rows = found.search_fetch(
            [("sms_uuid", "in", [sms.uuid for sms in self if sms.uuid])], ["sms_uuid"]
        )
        return {row.sms_uuid: row.id for row in rows}

    # Odoo's returns nothing either.
    # pylint: disable-next=missing-return
    def _send_with_api(self, sms_api, **kwargs):
        message_of = self._get_cartera_messages()
        ours = self.filtered(lambda sms: sms.uuid in message_of)
        if others := self - ours:
            super(SmsSms, others)._send_with_api(sms_api, **kwargs)
        if ours:
            ours._send_cartera_texts(sms_api, message_of, **kwargs)

    # pylint: disable-next=missing-return
    def _send_cartera_texts(self, sms_api, message_of, **kwargs):
        """Send SMS to debtors that no other process is sending, once."""
        with SendingJournal(self.env) as journal:
            mine = self.filtered(lambda sms: journal.hold(message_of[sms.uuid]))
            if mine:
                held = {sms.uuid: message_of[sms.uuid] for sms in mine}
                api = ClaimingApi(sms_api, journal, held)
                mine = mine.with_context(cartera_journal=journal, cartera_held=held)
                # Ours has called this: now it is Odoo's turn.
                # pylint: disable-next=super-method-mismatch
                super(SmsSms, mine)._send_with_api(api, **kwargs)

    def _handle_call_result_hook(self, results):
        journal = self.env.context.get("cartera_journal")
        if journal:
            held = self.env.context["cartera_held"]
            for result in results:
                if message_id := held.get(result["uuid"]):
                    self._note_cartera_result(journal, message_id, result)
        return super()._handle_call_result_hook(results)

    def _note_cartera_result(self, journal, message_id, result):
        """Keep what the provider said of one SMS; of one that is in doubt already, the
        journal keeps the doubt."""
        state = result["state"]
        if state in self.IAP_TO_SMS_STATE_SUCCESS:
            journal.note_sent([message_id])
        elif state in BAD_NUMBER:
            journal.note_failed([message_id], state, "address")
        elif next_try := journal.postpone(message_id, state):
            text = self.sudo().search([("uuid", "=", result["uuid"])])
            text.state = "outgoing"
            cron = self.env.ref("sms.ir_cron_sms_scheduler_action")
            cron.sudo()._trigger(at=next_try)
