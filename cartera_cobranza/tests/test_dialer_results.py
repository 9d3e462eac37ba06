from freezegun import freeze_time

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .test_dialer import DialerCommon

NOT_FINITE = (float("nan"), float("inf"), float("-inf"), 10**400, 1e300)


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestDialerResults(DialerCommon):
    """What other systems report of their calls."""

    def test_values_that_no_database_holds(self):
        wrong = [
            ({"case_id": [self.peru.id, "Ana"]}, "no such case"),
            ({"case_id": {"id": self.peru.id}}, "no such case"),
            ({"case_id": 2**70}, "no such case"),
            ({"case_id": True}, "no such case"),
            ({"date": "0001-01-01T00:00:00+05:00"}, "year"),
            ({"date": "0001-01-01T00:00:00"}, "year"),
            ({"date": "2025-06-29T15:00:00Z"}, "year"),
            ({"date": "9999-12-31T23:59:59-05:00"}, "future"),
            ({"key": "a\x00b"}, "text"),
            ({"note": "a\x00b"}, "text"),
            ({"phone": "a\x00b"}, "text"),
            ({"promise_date": 20260710}, "promised date"),
            ({"promise_date": {"day": 1}}, "promised date"),
            *(
                ({"promise_date": "2026-07-10", "promise_amount": amount}, "number")
                for amount in NOT_FINITE
            ),
        ]
        results = [
            {**self._result(f"k{n}"), **values} for n, (values, _m) in enumerate(wrong)
        ]
        answers = self._register(*results, self._result("good"))
        for (values, message), answer in zip(wrong, answers, strict=False):
            with self.subTest(str(values)[:80]):
                self.assertEqual(answer["status"], "error")
                self.assertIn(message, answer["message"])
        self.assertEqual(answers[-1]["status"], "logged")
        self.assertFalse(self.peru.promise_date)

    def test_calls_outside_the_rules_count_too(self):
        self._consent(self.colombia.partner_id, "call", date="2026-01-01 00:00:00")
        answers = self._register(
            # Half past six and half past ten of a Friday in Bogotá.
            self._result("a", self.colombia, date="2026-06-26T11:30:00Z", phone=""),
            self._result("b", self.colombia, date="2026-06-26T15:30:00Z", phone=""),
        )
        self.assertEqual([row["outside"] for row in answers], ["window", "cap_day"])

    def test_calls_that_reached_nobody_count_as_such(self):
        policy = self.env["cartera.contact.policy"].create(
            {"name": "Own", "company_id": self.company.id}
        )
        policy.cap_ids = [
            Command.create({"channels": "call", "max_count": 1, "counted": "reached"})
        ]
        answers = self._register(
            self._result("a", date="2026-06-30T13:00:00Z", result="no_answer"),
            self._result("b", date="2026-06-30T13:30:00Z"),
            self._result("c", date="2026-06-30T14:00:00Z"),
        )
        self.assertEqual([row["outside"] for row in answers], ["", "", "cap_day"])

    # -- promises -----------------------------------------------------------------

    def test_a_promise_is_of_the_company_s_day(self):
        self.company.partner_id.tz = "America/Mexico_City"
        with freeze_time("2026-07-01 02:00:00"):  # eight in the evening of 30 June
            late = {"date": "2026-07-01T01:30:00Z"}
            answers = self._register(
                self._result("a", promise_date="2026-06-30", **late),
                self._result("b", promise_date="2026-06-29", **late),
            )
        self.assertEqual([row["status"] for row in answers], ["logged", "error"])
        promise = self.peru.promise_ids
        self.assertEqual(str(promise.date_due), "2026-06-30")
        self.assertEqual(str(promise.date_made), "2026-06-30")

    def test_an_older_promise_that_comes_late(self):
        self._register(self._result("new", promise_date="2026-07-10"))
        older = {"date": "2026-06-26T14:30:00Z", "promise_date": "2026-07-01"}
        [answer] = self._register(self._result("old", **older))
        self.assertEqual(answer["status"], "logged")
        self.assertIn("later promise", answer["message"])
        self.assertEqual(str(self.peru.promise_ids.date_due), "2026-07-10")
        self.peru.promise_ids.sudo().state = "withdrawn"
        self.peru.promise_ids.sudo().item_ids.is_open = False
        self._register(self._result("older", **older))
        made = self.peru.promise_ids.mapped("date_made")
        self.assertEqual(sorted(map(str, made)), ["2026-06-26", "2026-06-30"])

    def test_a_promise_that_cannot_be_taken_leaves_the_call(self):
        """Neither it nor what comes after it is lost."""
        answers = self._register(
            self._result("a", promise_date="2026-07-10", promise_amount=9999),
            self._result("b", self.chile, phone="", promise_date="2026-07-10"),
        )
        self.assertEqual([row["status"] for row in answers], ["logged", "logged"])
        self.assertIn("more than can be promised", answers[0]["message"])
        self.assertFalse(self.peru.promise_ids)
        self.assertTrue(self.peru.contact_ids)
        self.assertEqual(self.chile.promise_ids.amount, 300)

    # -- results ------------------------------------------------------------------

    def test_codes_of_the_tree(self):
        self._register(
            self._result("a", result="busy", date="2026-06-30T13:00:00Z"),
            self._result("b", result="refused", date="2026-06-30T13:30:00Z"),
        )
        contacts = self.peru.contact_ids.sorted("date")
        self.assertEqual(contacts.mapped("disposition_id.code"), ["busy", "refused"])
        self.assertEqual(contacts.mapped("reached"), ["no_answer", "reached"])

    def test_the_four_words_stay(self):
        """Whatever a company makes of the codes; archived results are still taken."""
        plain = self._result_of("no_answer")
        plain.write({"code": "nc01", "active": False})
        self._register(
            self._result("a", result="no_answer", date="2026-06-30T13:00:00Z"),
            self._result("b", result="nc01", date="2026-06-30T13:30:00Z"),
        )
        self.assertEqual(self.peru.contact_ids.disposition_id, plain)
        self.assertEqual(len(self.peru.contact_ids), 2)

    def test_a_wrong_number_is_not_on_the_list_again(self):
        self.assertIn(self.peru.id, [r["case_id"] for r in self.dialer.get_call_list()])
        self._register(self._result(result="left_company"))
        self.assertNotIn(
            self.peru.id, [r["case_id"] for r in self.dialer.get_call_list()]
        )

    def _result_of(self, code):
        return self.env["cartera.disposition"].search([("code", "=", code)])

    def test_thousands_are_not_guessed(self):
        content = (
            "key,case_id,date,result,promise_date,promise_amount\n"
            f'a,{self.peru.id},2026-06-30T14:30:00Z,reached,2026-07-10,"12,500"\n'
        )
        [answer] = self.dialer._register_file(content.encode())
        self.assertEqual(answer["status"], "error")
        self.assertIn("thousands", answer["message"])


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestCallListOfACompany(HttpCase, DialerCommon):
    """The file is of the company that is chosen at the top of the screen."""

    def test_the_chosen_company(self):
        other = self.env["res.company"].create({"name": "Segunda SA"})
        foreign = self.env["res.company"].create({"name": "Ajena SA"})
        new_test_user(
            self.env,
            "cartera_dos",
            "cartera_cobranza.group_cartera_collector",
            password="cartera_dos",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | other).ids)],
        )
        self.authenticate("cartera_dos", "cartera_dos")
        for chosen, company in (
            (f"{other.id}-{self.company.id}", other),
            (f"{self.company.id}-{other.id}", self.company),
            (f"{foreign.id}-{other.id}", other),
            ("", self.company),
            ("x-", self.company),
        ):
            with self.subTest(chosen):
                response = self.url_open(
                    "/cartera/call-list.csv", cookies={"cids": chosen}
                )
                self.assertEqual(response.status_code, 200)
                disposition = response.headers["Content-Disposition"]
                self.assertIn(company.name.split()[0], disposition)
                rows = len(response.content.splitlines()) - 1
                self.assertEqual(rows, 2 if company == self.company else 0)
