import base64
import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from .contact_common import ContactCommon

TUESDAY = "2026-06-30 15:00:00"


class DialerCommon(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Ten in Lima, eleven in Santiago, nine in Mexico City.
        cls.peru = cls._create_case(
            cls._create_person("pe", phone="987 654 321"), amount=500
        )
        cls.chile = cls._create_case(
            cls._create_person("cl", phone="+56 9 8765 4321"), amount=300
        )
        # It has not been asked whether it may be called.
        cls.colombia = cls._create_case(
            cls._create_person("co", phone="310 555 1234"), amount=900
        )
        cls.mute = cls._create_case(cls._create_person("pe", "Sin teléfono"))
        cls.dialer_user = cls._create_user("cartera_dialer", "collector")
        cls.dialer = cls.env["cartera.dialer"].with_user(cls.dialer_user)

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(TUESDAY))

    def _result(self, key="k1", case=None, **values):
        return {
            "key": key,
            "case_id": (case or self.peru).id,
            "date": "2026-06-30T14:30:00Z",
            "phone": "+51987654321",
            "result": "reached",
            **values,
        }

    def _register(self, *results, dialer=None):
        dialer = self.dialer if dialer is None else dialer
        return dialer.register_results(list(results))


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestCallList(DialerCommon):
    """Whom a dialer may call now."""

    def _names(self, **values):
        return [row["case_id"] for row in self.dialer.get_call_list(**values)]

    def test_who_may_be_called_who_owes_most_first(self):
        self.assertEqual(self._names(), [self.peru.id, self.chile.id])
        self.assertEqual(self._names(limit=1), self.peru.ids)

    def test_a_row(self):
        [row] = self.dialer.get_call_list(limit=1)
        self.assertEqual(
            row,
            {
                "case_id": self.peru.id,
                "name": "Ana Torres (pe)",
                "contact": "Ana Torres (pe)",
                "phone": "+51987654321",
                "amount": 500,
                "currency": self.company.currency_id.name,
                "days_overdue": 30,
                "language": "en_US",
                "callable_until": "2026-07-01T01:00:00+00:00",
            },
        )

    def test_hours_of_each_debtor(self):
        with freeze_time("2026-06-30 23:59"):
            self.assertEqual(self._names(), [self.peru.id, self.chile.id])
        with freeze_time("2026-07-01 00:00"):  # eight in the evening in Santiago
            self.assertEqual(self._names(), self.peru.ids)
        with freeze_time("2026-07-01 01:00"):
            self.assertEqual(self._names(), [])

    def test_who_was_called_this_week_is_not_called_again(self):
        self._log(self.chile, "call", "2026-06-29 15:00")
        self.assertEqual(self._names(), self.peru.ids)

    def test_who_owes_nothing_is_not_called(self):
        self._pay(self.env["account.move"].search(
            [("partner_id", "=", self.peru.partner_id.id)]
        ), 500, "2026-06-30")  # fmt: skip
        self.assertEqual(self._names(), self.chile.ids)

    def test_who_is_not_chased_is_not_called(self):
        chile = self.chile.sudo()
        promise = self._make_promise(("2026-07-05", chile.amount_overdue), case=chile)
        self.assertEqual(self._names(), self.peru.ids)
        promise.sudo()._withdraw("Wrong debtor")
        pause = self._hold("2026-07-05", case=chile)
        self.assertEqual(self._names(), self.peru.ids)
        pause.action_end()
        self.assertIn(chile.id, self._names())
        chile.partner_id.active = False
        self.assertEqual(self._names(), self.peru.ids)
        nobody = self.env["account.move"]
        self._pay(nobody, 500, "2026-06-29", match=False, partner=self.peru.partner_id)
        self.assertFalse(self._names())

    def test_own_cases_only(self):
        own = self._create_user("cartera_propia", "own")
        self.chile.user_id = own
        rows = self.dialer.with_user(own).get_call_list()
        self.assertEqual([row["case_id"] for row in rows], self.chile.ids)

    def test_companies_do_not_mix(self):
        other = self.env["res.company"].create({"name": "Ajena"})
        with self.assertRaises(AccessError):
            self.dialer.get_call_list(company_id=other.id)
        self.dialer_user.company_ids |= other
        self.assertEqual(self.dialer.get_call_list(company_id=other.id), [])

    def test_limits_that_make_no_sense(self):
        for limit in (0, -1, 1001, "5", True, 1.5, None):
            with self.subTest(limit), self.assertRaises(ValidationError):
                self.dialer.get_call_list(limit=limit)

    def test_readers_get_no_list(self):
        auditor = self._create_user("cartera_auditora", "auditor")
        dialer = self.dialer.with_user(auditor)
        with self.assertRaises(AccessError):
            dialer.get_call_list()
        with self.assertRaises(AccessError):
            dialer.register_results([])

    def _count_asked(self, work):
        """How many debtors the gate is asked about one by one."""
        asked = []
        ask = type(self.gate)._decide

        def decide(gate, requests, now=None):
            asked.extend(requests)
            return ask(gate, requests, now)

        with patch.object(type(self.gate), "_decide", decide):
            work()
        return len(asked)

    def test_who_cannot_be_called_is_not_asked_about(self):
        with freeze_time("2026-07-05 15:00"):  # a Sunday
            self.assertEqual(self._count_asked(self.dialer.get_call_list), 0)
        self._log(self.chile, "call", "2026-06-29 15:00")
        # Nor the Colombian, who has authorised nothing.
        self.assertEqual(self._count_asked(self.dialer.get_call_list), 1)

    def test_nobody_is_missed(self):
        """The list is what the gate says of each debtor, at any hour of a week."""
        for name, hours in {"Hoy": 2, "Lunes": 26, "Viernes": 96}.items():
            for country in ("cl", "ec", "gt", "co"):
                person = self._create_person(country, name, phone="+51987000111")
                case = self._create_case(person)
                moment = self._at(f"{TUESDAY}+00:00") - timedelta(hours=hours)
                self._log(case, "call", moment.replace(tzinfo=None))
                if country == "co":
                    self._consent(person, "call")
        held = self._person_case("mx", name="Detenido", phone="+525512345678")
        self._hold("2026-07-02", case=held)
        failed = self._person_case("ar", name="Quebrado", phone="+541112345678")
        failed.partner_id.cartera_insolvent_since = "2026-07-03"
        cases = self.env["cartera.case"].search([("company_id", "=", self.company.id)])
        found = set()
        for hour in range(0, 7 * 24, 3):
            with freeze_time(self._at(f"{TUESDAY}+00:00") + timedelta(hours=hour)):
                requests = cases._get_call_requests()
                decisions = self.gate._decide(list(requests.values()))
                allowed = {
                    case_id
                    for case_id, decision in zip(requests, decisions, strict=True)
                    if decision.allowed
                }
                self.assertEqual(set(self._names()), allowed, hour)
            found |= allowed
        self.assertLess({held.id, failed.id, *self.chile.ids}, found)

    def test_asking_leaves_no_evidence(self):
        self.dialer.get_call_list()
        self.assertFalse(self.refusals.search([("company_id", "=", self.company.id)]))


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestCallResults(DialerCommon):
    """What came of the calls."""

    def test_a_call_is_logged(self):
        [answer] = self._register(self._result(note="Tomorrow"))
        self.assertEqual(
            answer,
            {
                "key": "k1",
                "status": "logged",
                "contact_id": self.peru.contact_ids.id,
                "outside": "",
                "message": "",
            },
        )
        self.assertRecordValues(
            self.peru.contact_ids,
            [
                {
                    "channel": "call",
                    "reached": "reached",
                    "address": "+51987654321",
                    "note": "Tomorrow",
                    "origin": "api",
                    "external_key": "k1",
                    "user_id": self.dialer_user.id,
                }
            ],
        )
        self.assertEqual(str(self.peru.contact_ids.date), "2026-06-30 14:30:00")

    def test_the_same_key_is_logged_once(self):
        [first] = self._register(self._result())
        [again] = self._register(self._result(note="Other words"))
        self.assertEqual(again["status"], "known")
        self.assertEqual(again["contact_id"], first["contact_id"])
        twice = self._register(self._result("k2"), self._result("k2"))
        self.assertEqual([row["status"] for row in twice], ["logged", "known"])
        self.assertEqual(len(self.peru.contact_ids), 2)

    def test_a_key_that_somebody_else_reports_at_once(self):
        """As when the other report was not there yet when one looked."""
        self._register(self._result("k1"))
        self.patch(type(self.dialer), "_drop_known", lambda *args: None)
        answers = self._register(self._result("k0"), self._result("k1"))
        self.assertEqual([row["status"] for row in answers], ["logged", "known"])
        self.assertEqual(len(self.peru.contact_ids), 2)

    def test_what_is_wrong_does_not_stop_the_rest(self):
        wrong = [
            ({"key": ""}, "key"),
            ({"key": 7}, "key"),
            ({"case_id": 2**30}, "no such case"),
            ({"case_id": "x"}, "no such case"),
            ({"result": "gone"}, "no_answer"),
            ({"result": ["busy"]}, "no_answer"),
            ({"result": "sent"}, "no_answer"),
            ({"result": "bounced"}, "no_answer"),
            ({"date": "yesterday"}, "ISO 8601"),
            ({"date": None}, "ISO 8601"),
            ({"date": "2026-07-01T10:00:00Z"}, "future"),
            ({"note": ["a"]}, "note"),
            ({"promise_date": "soon"}, "promised date"),
            ({"promise_date": "2026-06-01"}, "before"),
            ({"promise_date": "2026-07-09", "promise_amount": "1"}, "number"),
            ({"promise_date": "2026-07-09", "promise_amount": 0}, "above zero"),
        ]
        results = [
            {**self._result(f"k{n}"), **values} for n, (values, _m) in enumerate(wrong)
        ]
        answers = self._register(*results, self._result("good"))
        for (values, message), answer in zip(wrong, answers, strict=False):
            with self.subTest(values):
                self.assertEqual(answer["status"], "error")
                self.assertIn(message, answer["message"])
        self.assertEqual(answers[-1]["status"], "logged")
        self.assertEqual(self.peru.contact_ids.external_key, "good")

    def test_what_is_no_list_of_results(self):
        for wrong in ("x", {"key": "k"}, ["k"], [{}] * 1001):
            with self.subTest(str(wrong)[:9]), self.assertRaises(ValidationError):
                self.dialer.register_results(wrong)
        self.assertEqual(self.dialer.register_results([]), [])

    def test_a_call_outside_the_rules_is_logged_with_evidence(self):
        [answer] = self._register(self._result(date="2026-06-28T10:00:00-05:00"))
        self.assertEqual((answer["status"], answer["outside"]), ("logged", "window"))
        evidence = self.refusals.search([("case_id", "=", self.peru.id)])
        self.assertEqual((evidence.origin, evidence.rule), ("api", "window"))

    def test_calls_of_a_batch_count_for_each_other(self):
        answers = self._register(
            self._result("late", self.chile, date="2026-06-30T14:00:00Z"),
            self._result("early", self.chile, date="2026-06-26T14:00:00Z"),
            self._result("again", self.chile, date="2026-06-30T14:30:00Z"),
        )
        self.assertEqual([row["outside"] for row in answers], ["", "", "cap_week"])

    def test_a_promise(self):
        [answer] = self._register(
            self._result(promise_date="2026-07-10", promise_amount=250.5)
        )
        promise = self.peru.promise_ids
        self.assertEqual((promise.amount, promise.channel), (250.5, "call"))
        self.assertEqual(str(promise.date_due), "2026-07-10")
        self.assertEqual(str(promise.date_made), "2026-06-30")
        self.assertEqual(promise.contact_id.id, answer["contact_id"])
        self.assertEqual(promise.user_id, self.dialer_user)

    def test_cases_of_others(self):
        own = self._create_user("cartera_propia", "own")
        [answer] = self._register(self._result(), dialer=self.dialer.with_user(own))
        self.assertEqual(answer["status"], "error")
        self.assertFalse(self.peru.contact_ids)

    # -- files --------------------------------------------------------------------

    def _import(self, text, encoding="utf-8"):
        wizard = (
            self.env["cartera.dialer.import"]
            .with_user(self.dialer_user)
            .create({"file": base64.b64encode(text.encode(encoding))})
        )
        wizard.action_import()
        return wizard

    def test_a_file_of_results(self):
        self.dialer_user.tz = "America/Lima"
        wizard = self._import(
            "key;case_id;date;result;note;promise_date;promise_amount\n"
            f"a;{self.peru.id};2026-06-30 09:30;reached;Mañana;2026-07-10;250,50\n"
            f"b;{self.peru.id};2026-06-30 09:40;gone;;;\n"
            f"a;{self.peru.id};2026-06-30 09:30;reached;;;\n"
            f"c;{self.chile.id};2026-06-28 10:00;busy;;;\n"
            "d;;2026-06-28 10:00;no_answer;;;\n",
            "latin-1",
        )
        self.assertRecordValues(
            wizard,
            [
                {
                    "state": "done",
                    "logged_count": 2,
                    "known_count": 1,
                    "outside_count": 1,
                    "error_count": 2,
                }
            ],
        )
        self.assertEqual(
            wizard.errors.splitlines(),
            [
                "Line 3: The result is one of no_answer, reached, third_party, "
                "wrong_number, or the code of another result of contacts.",
                "Line 6: There is no such case.",
            ],
        )
        self.assertEqual(self.peru.contact_ids.note, "Mañana")
        self.assertEqual(str(self.peru.contact_ids.date), "2026-06-30 14:30:00")
        self.assertEqual(self.chile.contact_ids.disposition_id.code, "busy")
        self.assertEqual(self.peru.promise_ids.amount, 250.5)

    def test_a_promise_of_a_file_that_is_not_taken(self):
        wizard = self._import(
            "key,case_id,date,result,promise_date,promise_amount\n"
            f"a,{self.peru.id},2026-06-30 09:30,promise,2026-07-10,9999\n"
        )
        self.assertEqual((wizard.logged_count, wizard.error_count), (1, 0))
        self.assertIn("Line 2: ", wizard.errors)
        self.assertIn("more than can be promised", wizard.errors)

    def test_files_that_are_none(self):
        for text in ("\n", "a,b\n1,2\n", "key,case_id,date,result\n", "\x00\x01"):
            with self.subTest(text), self.assertRaises(UserError):
                self._import(text)


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestDialerHttp(HttpCase, DialerCommon):
    """The same by HTTP, as a dialer does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machine = new_test_user(
            cls.env,
            "cartera_maquina",
            "cartera_cobranza.group_cartera_collector",
            password="cartera_maquina",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        keys = cls.env["res.users.apikeys"].with_user(cls.machine).sudo()
        cls.key = keys._generate("rpc", "Dialer", None)

    def _call(self, method, key=None, **values):
        return self.url_open(
            f"/json/2/cartera.dialer/{method}",
            data=json.dumps(values),
            headers={
                "Authorization": f"Bearer {key or self.key}",
                "Content-Type": "application/json",
            },
        )

    def test_list_and_results(self):
        response = self._call("get_call_list", limit=1)
        self.assertEqual(response.status_code, 200)
        [row] = response.json()
        self.assertEqual((row["case_id"], row["amount"]), (self.peru.id, 500))
        results = [self._result("call-1"), {"key": "call-2"}]
        for status in ("logged", "known"):
            response = self._call("register_results", results=results)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(
                [answer["status"] for answer in response.json()], [status, "error"]
            )
        self.assertEqual(self.peru.contact_ids.user_id, self.machine)

    def test_who_may_not(self):
        self.assertEqual(self._call("get_call_list", key="wrong").status_code, 401)
        self.assertEqual(self._call("_get_company").status_code, 403)
        self.machine.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self._call("get_call_list").status_code, 403)

    def test_wrong_requests(self):
        self.assertEqual(self._call("get_call_list", number=1).status_code, 422)
        self.assertEqual(self._call("get_call_list", limit=0).status_code, 422)

    def test_file_of_the_call_list(self):
        self.peru.partner_id.name = "=HYPERLINK(1)"
        self.authenticate("cartera_maquina", "cartera_maquina")
        response = self.url_open("/cartera/call-list.csv")
        self.assertEqual(response.status_code, 200)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        header, first, second = response.content.decode("utf-8-sig").splitlines()
        self.assertTrue(header.startswith("case_id,name,contact,phone,amount,currency"))
        self.assertTrue(first.startswith(f"{self.peru.id},'=HYPERLINK(1),"))
        self.assertTrue(second.startswith(f"{self.chile.id},Ana Torres (cl),"))
