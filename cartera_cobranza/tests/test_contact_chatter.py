from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged

from .contact_common import ContactCommon

# In Lima and Santiago.
TUESDAY = "2026-06-30 15:00:00"
NIGHT = "2026-06-30 04:00:00"
SATURDAY = "2026-07-04 15:00:00"

COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
INCOMING = {"message_type": "email", "subtype_xmlid": "mail.mt_comment"}


class ChatterCommon(ContactCommon):
    """A debtor in Mexico City, who may be written to on working days from 7 to 22."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._person_case(
            "mx", phone="+52 55 1234 5678", email="ana@deudor.example"
        )
        cls.person = cls.case.partner_id
        cls.collector = cls._create_user(
            "cartera_ana", "collector", email="ana@acreedor.example"
        )
        cls.colleague = cls._create_user(
            "cartera_luz", "collector", email="luz@acreedor.example"
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(self._on(TUESDAY))

    def _write_to(self, *partners, case=None, user=None, **values):
        """Post on the case to some people, as the chatter does."""
        case = (case or self.case).with_user(user or self.collector)
        people = [partner.id for partner in partners]
        return case.message_post(
            **{"body": "Hola", "partner_ids": people, **COMMENT, **values}
        )

    def _mails(self, case=None):
        case = case or self.case
        return self.env["mail.mail"].search(
            [("model", "=", "cartera.case"), ("res_id", "=", case.id)]
        )

    def _evidence(self):
        return self.refusals.search([("case_id", "=", self.case.id)])

    def assertBlocked(self, work):
        """``work`` is refused, and leaves evidence but no contact."""
        with self.enter_registry_test_mode():
            try:
                with self.env.cr.savepoint():
                    work()
            except UserError as error:
                self.assertIn("Not now", str(error))
            else:
                self.fail("It was not refused.")
            self.env.cr.postrollback.run()
        self.assertFalse(self.case.contact_ids)
        self.assertTrue(self._evidence())


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestWriteInChatter(ChatterCommon):
    """The chatter's own "Send message" is a contact like any other."""

    def test_a_message_to_the_debtor_is_a_contact(self):
        self._write_to(self.person)
        self.assertRecordValues(
            self.case.contact_ids,
            [
                {
                    "channel": "email",
                    "direction": "out",
                    "reached": "sent",
                    "contact_partner_id": self.person.id,
                    "address": "ana@deudor.example",
                    "origin": "manual",
                    "user_id": self.collector.id,
                    "outside_rule": False,
                }
            ],
        )
        self.assertFalse(self._evidence())

    def test_at_night_it_is_not_sent(self):
        with self._on(NIGHT):
            self.assertBlocked(lambda: self._write_to(self.person))
        evidence = self._evidence()
        self.assertEqual(
            (evidence.origin, evidence.channel, evidence.user_id),
            ("manual", "email", self.collector),
        )

    def test_messages_are_never_sent_outside_the_rules(self):
        self.company.cartera_contact_strictness = "warn"
        with self._on(NIGHT):
            self.assertBlocked(lambda: self._write_to(self.person))

    def test_notes_and_colleagues_are_free(self):
        with self._on(NIGHT):
            self._write_to(subtype_xmlid="mail.mt_note")
            self._write_to()
            self._write_to(self.colleague.partner_id)
            self._write_to(self.company.partner_id)
        self.assertFalse(self.case.contact_ids)
        self.assertFalse(self._evidence())

    def test_a_note_that_mentions_the_debtor_is_sent(self):
        with self._on(NIGHT):
            self.assertBlocked(
                lambda: self._write_to(self.person, subtype_xmlid="mail.mt_note")
            )

    def test_the_debtor_among_the_followers(self):
        self.case.message_subscribe(self.person.ids)
        self._write_to(self.colleague.partner_id)
        self.assertEqual(self.case.contact_ids.contact_partner_id, self.person)

    def test_an_address_that_nobody_knows(self):
        self._write_to(outgoing_email_to="alguien@deudor.example")
        self.assertEqual(self.case.contact_ids.address, "alguien@deudor.example")
        self.assertFalse(self.case.contact_ids.contact_partner_id)

    def test_an_address_of_a_colleague(self):
        self._write_to(outgoing_email_to="luz@acreedor.example")
        self.assertFalse(self.case.contact_ids)

    def test_one_message_to_several_people_is_one_contact(self):
        case = self._person_case("ec", email="eva@deudor.example")
        other = self.env["res.partner"].create(
            {"name": "Eva", "parent_id": case.partner_id.id, "email": "e@b.example"}
        )
        self._write_to(case.partner_id, other, case=case)
        self.assertEqual(len(case.contact_ids), 1)
        self.assertEqual(
            sorted(case.contact_ids.address.split(", ")),
            ["e@b.example", "eva@deudor.example"],
        )
        # One a day by the same means.
        with self.assertRaisesRegex(UserError, "Enough contacts that day"):
            self._write_to(case.partner_id, case=case)

    def test_strangers_where_the_law_forbids_them(self):
        stranger = self._create_person("mx", "Vecino", email="v@vecino.example")
        with self.assertRaisesRegex(UserError, "Not somebody who owes"):
            self._write_to(stranger)

    def test_who_opted_out(self):
        self._consent(self.person, "email", "withdrawn")
        with self.assertRaisesRegex(UserError, "opted out"):
            self._write_to(self.person)

    def test_the_composer(self):
        composer = self.env["mail.compose.message"].with_user(self.collector)
        composer = composer.with_context(
            default_model="cartera.case", default_res_ids=self.case.ids
        )
        composer.create(
            {
                "body": "Hola",
                "partner_ids": self.person.ids,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
            }
        ).action_send_mail()
        self.assertEqual(self.case.contact_ids.channel, "email")

    def test_what_waits_is_asked_for_when_it_leaves(self):
        # Odoo asks the database whether it is in the future.
        self._write_to(self.person, scheduled_date="2099-07-01 04:00:00")
        self.assertFalse(self.case.contact_ids)
        schedules = self.env["mail.message.schedule"].with_user(SUPERUSER_ID)
        with self._on("2099-07-01 04:00:01"):
            schedules._send_notifications_cron()
        self.assertFalse(self._mails())
        self.assertFalse(self.case.contact_ids)
        self.assertEqual(self._evidence().rule, "window")
        self.assertIn("ana@deudor.example", self.case.message_ids[0].body)


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestMailsOfCases(ChatterCommon):
    """Mails that are made without the chatter: in bulk, by templates, by machines."""

    def _template(self):
        return self.env["mail.template"].create(
            {
                "name": "Mine",
                "model_id": self.env["ir.model"]._get_id("cartera.case"),
                "subject": "Hola",
                "body_html": "<p>Hola</p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )

    def test_a_template_by_day(self):
        self._template().send_mail(self.case.id)
        self.assertEqual(self.case.contact_ids.address, "ana@deudor.example")
        self.assertEqual(self._mails().state, "outgoing")

    def test_a_template_at_night(self):
        with self._on(NIGHT):
            self._template().send_mail(self.case.id)
        self.assertFalse(self.case.contact_ids)
        self.assertEqual(self._mails().state, "cancel")
        self.assertIn("Outside the hours", self._mails().failure_reason)
        self.assertEqual(self._evidence().rule, "window")

    def test_of_many_the_lawful_ones_are_sent(self):
        # It is half past eight in the evening in Lima.
        other = self._person_case("co", email="co@deudor.example")
        composer = self.env["mail.compose.message"].with_context(
            default_model="cartera.case",
            default_res_ids=(self.case | other).ids,
            default_composition_mode="mass_mail",
            default_template_id=self._template().id,
        )
        with self._on("2026-07-01 01:30:00"):
            composer.create({})._action_send_mail()
        self.assertEqual(self._mails(other).state, "cancel")
        self.assertEqual(len(self.case.contact_ids), 1)
        self.assertFalse(other.contact_ids)

    def test_mails_to_colleagues_are_free(self):
        with self._on(NIGHT):
            self._template().send_mail(
                self.case.id,
                email_values={"recipient_ids": [], "email_to": "luz@acreedor.example"},
            )
        self.assertEqual(self._mails().state, "outgoing")
        self.assertFalse(self._evidence())


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestTextInChatter(ChatterCommon):
    """SMS that are written in Odoo's own window."""

    def _compose(self, cases, mode="comment", **values):
        composer = self.env["sms.composer"].with_user(self.collector)
        wizard = composer.with_context(
            default_res_model="cartera.case",
            default_res_ids=repr(cases.ids),
            default_res_id=cases[:1].id,
            default_composition_mode=mode,
        ).create({"body": "Hola", **values})
        wizard._action_send_sms()

    def _texts(self):
        return self.env["sms.sms"].search([("partner_id", "=", self.person.id)])

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["sms.sms"]), "send", lambda *args, **kwargs: None)

    def test_a_text_is_a_contact(self):
        self._compose(self.case)
        self.assertRecordValues(
            self.case.contact_ids,
            [{"channel": "sms", "address": "+525512345678", "origin": "manual"}],
        )
        self.assertEqual(len(self._texts()), 1)

    def test_a_text_at_night(self):
        with self._on(NIGHT):
            self.assertBlocked(lambda: self._compose(self.case))

    def test_a_number_typed_by_hand(self):
        self.case.with_user(self.collector)._message_sms(
            "Hola", sms_numbers=["+525587654321"]
        )
        self.assertEqual(self.case.contact_ids.address, "+525587654321")

    def test_many_texts(self):
        for keep_log in (True, False):
            with self.subTest(keep_log), self._on(NIGHT):
                self._compose(self.case, "mass", mass_keep_log=keep_log)
                self.assertEqual(set(self._texts().mapped("state")), {"canceled"})
        self.assertFalse(self.case.contact_ids)
        self._compose(self.case, "mass")
        self.assertEqual(self.case.contact_ids.channel, "sms")


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestWhoIsWrittenTo(ChatterCommon):
    """Nobody outside gets messages of the case without being chosen."""

    def _receive(self):
        return self.case.with_user(SUPERUSER_ID).message_post(
            body="No puedo pagar",
            author_id=self.person.id,
            email_from="ana@deudor.example",
            **INCOMING,
        )

    def test_an_answer_is_taken_in_at_any_hour(self):
        with self._on(NIGHT):
            self._receive()
        self.assertEqual(self.case.contact_ids.direction, "in")
        self.assertFalse(self._evidence())

    def test_answers_are_not_passed_on_to_others_outside(self):
        other = self.env["res.partner"].create(
            {"name": "Eva", "parent_id": self.person.id, "email": "e@b.example"}
        )
        self.case.message_subscribe(other.ids)
        self.case.user_id = self.collector
        message = self._receive()
        self.assertEqual(message.notified_partner_ids, self.collector.partner_id)
        self.assertEqual(self.case.contact_ids.direction, "in")

    def test_an_automatic_answer_of_who_is_away(self):
        self.case.user_id = self.collector
        self.collector.write(
            {
                "out_of_office_from": "2020-01-01 00:00:00",
                "out_of_office_message": "<p>Vuelvo el 9</p>",
            }
        )
        with self._on(NIGHT):
            self._receive()
        self.assertEqual(self.case.contact_ids.direction, "in")
        self.assertEqual(self._evidence().rule, "window")
        self.assertFalse(
            self._mails().filtered(lambda mail: self.person in mail.recipient_ids)
        )

    def test_nobody_outside_follows_by_being_written_to(self):
        self._receive()
        case = self.case.with_context(mail_post_autofollow=True)
        self._write_to(self.person, case=case)
        self.assertNotIn(self.person, self.case.message_partner_ids)

    def test_the_debtor_is_not_proposed_unasked(self):
        self.case.user_id = self.collector
        case = self.case.with_user(self.colleague)
        proposed = case._message_get_suggested_recipients(reply_discussion=True)
        self.assertEqual(
            [row["partner_id"] for row in proposed], self.collector.partner_id.ids
        )

    def test_who_wrote_is_proposed_when_answered(self):
        message = self._receive()
        case = self.case.with_user(self.colleague)
        proposed = case._message_get_suggested_recipients(reply_message=message)
        self.assertIn(self.person.id, [row["partner_id"] for row in proposed])
