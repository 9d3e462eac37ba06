from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .test_contact import CallCommon

NUMBER = "+51987654321"


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestWrongNumber(CallCommon):
    """An address that turned out wrong is left alone until it turns out right."""

    def _heard(self, result, address=NUMBER, channel="call", case=None, **values):
        return self._log(
            case or self.case,
            channel,
            address=address,
            disposition_id=self._result(result).id,
            **values,
        )

    def _find(self, channel="call"):
        recipients = self.env["cartera.recipient"]
        found = recipients._get_recipients(self.case, channel).get(self.case.id)
        return found and found.address

    # -- left alone ---------------------------------------------------------------

    def test_it_is_not_used_again(self):
        self.assertEqual(self._find(), NUMBER)
        self._heard("wrong_number")
        for channel in ("call", "sms", "whatsapp"):
            self.assertIsNone(self._find(channel))
        self.assertEqual(self.case.callable_state, "no_phone")
        with self.assertRaises(UserError):
            self.case.with_user(self.collector).action_call()

    def test_the_next_person_is_called(self):
        colleague = self.env["res.partner"].create(
            {
                "name": "Administración",
                "parent_id": self.case.partner_id.id,
                "type": "invoice",
                "phone": "+51 987 111 222",
            }
        )
        self._heard("wrong_number", colleague.phone)
        self.assertEqual(self._find(), NUMBER)
        self._heard("wrong_number")
        self.assertIsNone(self._find())

    def test_a_mail_address_stays_usable(self):
        self.case.partner_id.email = "ana@deudor.example"
        self._heard("wrong_number")
        self.assertEqual(self._find("email"), "ana@deudor.example")
        self._heard("left_company", "ana@deudor.example", "email")
        self.assertIsNone(self._find("email"))

    def test_a_place(self):
        self.case.partner_id.write({"street": "Jr. Puno 1", "city": "Lima"})
        self.assertEqual(self._find("letter"), "Jr. Puno 1, Lima")
        self._heard("wrong_address", "Jr. Puno 1, Lima", "visit")
        self.assertIsNone(self._find("letter"))
        self.assertIsNone(self._find("visit"))

    def test_the_window_proposes_it_no_more(self):
        self._heard("wrong_number")
        wizard = self.env["cartera.contact.log"].with_user(self.collector)
        form = Form(wizard.with_context(default_case_id=self.case.id))
        self.assertFalse(form.address)

    def test_the_dialer_gets_it_no_more(self):
        dialer = self.env["cartera.dialer"].with_user(self.collector)
        ours = [row["phone"] for row in dialer.get_call_list()]
        self.assertIn(NUMBER, ours)
        self._heard("wrong_number")
        self.assertNotIn(NUMBER, [row["phone"] for row in dialer.get_call_list()])

    def test_other_debtors_keep_it(self):
        other = self._person_case("pe", name="Eva", phone=NUMBER)
        self._heard("wrong_number")
        found = self.env["cartera.recipient"]._get_recipients(other, "call")
        self.assertEqual(found[other.id].address, NUMBER)

    def test_branches_learn_it_and_other_companies_do_not(self):
        branch = self.env["res.company"].create(
            {"name": "Sucursal", "parent_id": self.company.id}
        )
        stranger = self.env["res.company"].create({"name": "Ajena"})
        for company, found in ((branch, False), (stranger, True)):
            with self.subTest(company.name), self.cr.savepoint() as savepoint:
                case = self.case.sudo().create(
                    {
                        "partner_id": self.case.partner_id.id,
                        "company_id": company.id,
                        "stage_id": self.case.stage_id.id,
                    }
                )
                self._heard("wrong_number", case=case)
                self.assertEqual(bool(self._find()), found)
                savepoint.rollback()

    # -- right again --------------------------------------------------------------

    def test_it_is_right_again_once_the_debtor_answers(self):
        self._heard("wrong_number", date="2026-06-29 15:00:00")
        self._heard("no_answer", date="2026-06-29 16:00:00")
        self._heard("third_party", date="2026-06-29 17:00:00")
        self.assertIsNone(self._find())
        self._heard("promise", date="2026-06-29 18:00:00")
        self.assertEqual(self._find(), NUMBER)
        self._heard("wrong_number", date="2026-06-30 14:00:00")
        self.assertIsNone(self._find())

    def test_an_older_answer_does_not_count(self):
        self._heard("reached", date="2026-06-28 15:00:00")
        self._heard("wrong_number", date="2026-06-29 15:00:00")
        self.assertIsNone(self._find())

    def test_a_new_number_is_another_one(self):
        self._heard("wrong_number")
        self.case.partner_id.phone = "+51 987 000 111"
        self.assertEqual(self._find(), "+51987000111")

    # -- logging it ---------------------------------------------------------------

    def test_by_the_window(self):
        self._open(result="wrong_number").save().action_log()
        self.assertEqual(self.case.contact_ids.address, NUMBER)
        self.assertIsNone(self._find())

    def test_which_one_must_be_said(self):
        wizard = self._open(result="wrong_number").save()
        wizard.address = False
        with self.assertRaisesRegex(UserError, "wrong"):
            wizard.action_log()
        self.assertFalse(self.case.contact_ids)
