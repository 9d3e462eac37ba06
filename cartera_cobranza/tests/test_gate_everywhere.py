from contextlib import suppress
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cartera_cobranza.lib.contact_window import Decision
from odoo.addons.cartera_cobranza.models.cartera_contact_gate import (
    CarteraContactGate,
)
from odoo.addons.cartera_cobranza.models.cartera_contact_refusal import (
    CarteraContactRefusal,
)

from .message_common import MessageCommon

# The ways by which a debtor is contacted; each is a method ``_by_<way>`` below.
WAYS = (
    "plan_email",
    "plan_sms",
    "letter",
    "whatsapp",
    "compose",
    "compose_for_later",
    "send_again",
    "chatter",
    "log_window",
    "activity",
    "dialer",
)


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestGateEverywhere(MessageCommon):
    """Whatever way a contact takes, it passes the gate: when the gate refuses, nothing
    leaves; what leaves was admitted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "cartera_plan_approval": "automatic",
                "cartera_bank_lag_days": 0,
                "cartera_contact_strictness": "block",
            }
        )
        cls.debtor.write(
            {
                "country_id": cls.env.ref("base.us").id,
                "phone": "+1 202 555 0123",
                "street": "Calle 2",
                "city": "Puebla",
            }
        )
        cls._overdue(100)
        cls.case = cls._case()
        cls.segment = cls.env["cartera.segment"].create(
            {"name": "All", "sequence": 0, "company_id": cls.company.id}
        )
        cls.mails = cls.env["mail.mail"].sudo()
        cls.texts = cls.env["sms.sms"].sudo()

    # -- the ways -----------------------------------------------------------------

    def _by_plan(self, action):
        """A night and what it left to send."""
        self.segment.strategy_id = self._step(action).strategy_id
        run = self.env["cartera.run"].sudo().run(self.company)
        self.assertEqual(run.state, "done", run.error_ids.mapped("message"))
        self._dispatch()

    def _by_plan_email(self):
        self._by_plan("email")

    def _by_plan_sms(self):
        self._by_plan("sms")

    def _by_letter(self):
        self._ready("letter").action_mark_posted()

    def _by_whatsapp(self):
        self._ready("whatsapp").action_open_whatsapp()

    def _ready(self, channel):
        """A message that waited for a person before the gate was asked."""
        message = self._plan_message(channel)
        message.text = "Pay"
        message._set_state("ready")
        return message

    def _compose(self):
        return self.env["cartera.message.compose"].create({"case_id": self.case.id})

    def _by_compose(self):
        self._compose().action_send()

    def _by_compose_for_later(self):
        self._compose().action_send_when_lawful()

    def _by_send_again(self):
        message = self._plan_message("email")
        message._set_state("unconfirmed")
        message.action_send_again()
        self._dispatch()

    def _by_chatter(self):
        self.case.message_post(
            body="Pay", partner_ids=self.debtor.ids, subtype_xmlid="mail.mt_comment"
        )

    def _by_log_window(self):
        self.env["cartera.contact.log"].create(
            {
                "case_id": self.case.id,
                "channel": "call",
                "disposition_id": self.env.ref(
                    "cartera_cobranza.cartera_disposition_reached"
                ).id,
            }
        ).action_log()

    def _by_activity(self):
        self.case.activity_schedule(
            "cartera_cobranza.mail_activity_type_call"
        ).action_feedback()

    def _by_dialer(self):
        """Those on the list are called."""
        dialer = self.env["cartera.dialer"]
        dialer.register_results(
            [
                {
                    "key": "1",
                    "case_id": row["case_id"],
                    "date": fields.Datetime.now().isoformat(),
                    "result": "reached",
                }
                for row in dialer.get_call_list()
            ]
        )

    # -- what left ----------------------------------------------------------------

    def _take(self, way):
        """Contact the debtor that way.

        :return: whether it was refused to whoever tried
        """
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_by_{way}")()
        except UserError:
            return True
        return False

    def _contacts(self):
        return self.env["cartera.contact"].search(
            [("case_id", "=", self.case.id), ("direction", "=", "out")]
        )

    def _count_departures(self):
        """How many mails, texts and messages left or are about to."""
        return (
            self.mails.search_count([("model", "=", "cartera.case")]),
            self.texts.search_count([("number", "like", "2025550123")]),
            self.messages.search_count(
                [
                    ("case_id", "=", self.case.id),
                    ("state", "in", ("queued", "sending", "sent")),
                ]
            ),
        )

    # -- tests --------------------------------------------------------------------

    def test_nothing_leaves_when_the_gate_refuses(self):
        refusal = Decision("refuse", rule="window", article="Everything is forbidden")

        def refuse_all(gate, requests, get_contacts):
            return [refusal for _request in requests]

        for way in WAYS:
            with (
                self.subTest(way),
                suppress(Undone),
                self.env.cr.savepoint(),
                patch.object(CarteraContactGate, "_judge", refuse_all),
                patch.object(CarteraContactRefusal, "_keep_after_rollback"),
            ):
                self._take(way)
                self.assertFalse(self._contacts())
                self.assertEqual(self._count_departures(), (0, 0, 0))
                raise Undone

    def test_what_leaves_was_admitted(self):
        judge = CarteraContactGate._judge
        admitted = []

        def remember(gate, requests, get_contacts):
            decisions = judge(gate, requests, get_contacts)
            # What only asks is told by where it looks for contacts.
            if get_contacts == gate._get_all_contacts:
                admitted.extend(
                    (request.case.id, request.channel)
                    for request, decision in zip(requests, decisions, strict=True)
                    if decision.allowed
                )
            return decisions

        for way in WAYS:
            admitted.clear()
            with (
                self.subTest(way),
                suppress(Undone),
                self.env.cr.savepoint(),
                patch.object(CarteraContactGate, "_judge", remember),
            ):
                self.assertFalse(self._take(way), "It was refused.")
                contacts = self._contacts()
                self.assertTrue(contacts, "This way leads nowhere: mend the test.")
                for contact in contacts:
                    self.assertIn((contact.case_id.id, contact.channel), admitted)
                raise Undone


class Undone(Exception):
    """Ends a way so that the next one finds nothing of it."""
