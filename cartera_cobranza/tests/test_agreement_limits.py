from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementLimits(NegotiationCommon):
    """What may be granted, to whom, and by whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collectors, cls.supervisors = cls.finiquito.grid_ids

    # -- what is beyond -----------------------------------------------------------

    def test_within_the_limits(self):
        agreement = self._negotiate(quita_capital=10, term=2, periodicity="week")
        self.assertFalse(agreement.limit_text)
        self.assertFalse(agreement.needs_approval)
        agreement.action_propose()
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "proposed",
                    "limit_facts": False,
                    "approved_by_id": False,
                    "grid_id": self.collectors.id,
                }
            ],
        )

    def test_the_first_payment_by_hand_is_the_down_payment(self):
        self.collectors.down_payment = 20
        within = ("2026-07-09", 240), ("2026-07-20", 480), ("2026-07-30", 480)
        self.assertFalse(self._negotiate(payments=within).limit_text)
        for first in (("2026-07-11", 240), ("2026-07-09", 239)):  # late, or too little
            with self.subTest(first):
                text = self._negotiate(payments=(first, *within[1:])).limit_text
                self.assertIn("Down payment", text)
        late = (("2026-07-11", 240), *within[1:])
        self.assertIn("Instalments: 3", self._negotiate(payments=late).limit_text)
        all_at_once = self._negotiate(payments=(("2026-07-09", 1200),))
        self.assertIn("Down payment: 0 %", all_at_once.limit_text)

    def test_a_down_payment_is_made_while_the_offer_is_valid(self):
        self.collectors.down_payment = 20
        vals = {"down_payment": 240, "term": 1, "date_first": "2026-07-20"}
        self.assertFalse(self._negotiate(**vals).limit_text)
        late = self._negotiate(date_down_payment="2026-07-15", **vals)
        self.assertIn("Down payment: 0 %, at least 20 %.", late.limit_text)

    def test_nothing_at_first_is_a_grace_by_hand_too(self):
        self.collectors.term_max = 3
        days = "2026-07-09", "2026-07-20", "2026-07-30"
        for parts, text in (
            ((0, 0, 1200), "Periods of grace: 2"),
            ((400, 400, 400), ""),
        ):
            with self.subTest(parts):
                payments = list(zip(days, parts, strict=True))
                agreement = self._negotiate(payments=payments)
                self.assertIn(text, agreement.limit_text or "")
                self.assertEqual(bool(agreement.limit_text), bool(text))

    def test_capital_at_the_end_is_grace(self):
        self.collectors.write({"term_max": 3, "grace_max": 1, "days_max": 0})
        for term, text in ((3, "Instalments without capital: 2, at most 1."), (2, "")):
            with self.subTest(term):
                agreement = self._negotiate(method="american", term=term)
                self.assertEqual(agreement.limit_text or "", text)
                self.assertEqual(agreement.needs_approval, bool(text))
        down = {"down_payment": 200, "grace_periods": 1, "term": 3}
        text = self._negotiate(method="american", **down).limit_text
        self.assertIn("Instalments without capital: 2, at most 1.", text)

    def test_shipped_limits_hold_for_the_days_too(self):
        """So many instalments every year would be within them otherwise."""
        shipped = self.env["ir.model.data"].search(
            [
                ("model", "=", "cartera.agreement.grid"),
                ("module", "=", "cartera_cobranza"),
            ]
        )
        grids = self.env["cartera.agreement.grid"].browse(shipped.mapped("res_id"))
        self.assertTrue(grids)
        self.assertFalse(grids.filtered(lambda grid: not grid.days_max))
        monthly = grids.filtered(lambda grid: grid.product_id.kind != "finiquito")
        for grid in monthly:
            self.assertGreater(grid.days_max, 31 * grid.term_max)

    def test_capital_called_a_fee_is_beyond_the_limits(self):
        agreement = self._negotiate()
        rename = [
            Command.update(item.id, {"component": "fee"}) for item in agreement.item_ids
        ]
        agreement.write({"item_ids": rename})
        agreement.write({"amount_payable": 100})
        self.assertIn("another part of the debt", agreement.limit_text)
        with self.assertRaisesRegex(UserError, "beyond the limits"):
            agreement.action_propose()
        agreement.override_reason = "They were fees"
        agreement.action_propose()
        self.assertEqual(agreement.state, "to_approve")

    def test_each_limit(self):
        self.collectors.write(
            {
                "quita_interest": 50,
                "quita_fee": 50,
                "quita_amount": 100,
                "down_payment": 20,
                "grace_max": 0,
                "rate_min": 5,
                "rate_default": 5,
                "coverage_min": 50,
                "days_max": 40,
            }
        )
        self._invoice(40, "2026-05-01", cartera_component="interest")
        self._invoice(20, "2026-05-01", cartera_component="fee")
        usual = {
            "coverage_ids": [
                Command.create({"kind": "pagare", "amount": 1000, "reference": "1"})
            ]
        }
        agreement = self._negotiate(**usual)
        self.assertFalse(agreement.limit_text)
        for text, vals in [
            ("Quita of fees: 60 %, at most 50 %.", {"quita_fee": 60}),
            ("Quita of interest: 51 %, at most 50 %.", {"quita_interest": 51}),
            ("Quita of capital: 10.5 %, at most 10 %.", {"quita_capital": 10.5}),
            ("Discount:", {"quita_capital": 9}),
            ("Down payment: 10 %, at least 20 %.", {"down_payment": 126}),
            ("Instalments: 3, at most 2.", {"term": 3, "periodicity": "week"}),
            ("Days to the last payment: 41", {"date_first": "2026-08-10"}),
            ("Periods of grace: 1, at most 0.", {"term": 2, "grace_periods": 1}),
            ("Rate: 4.9 %, at least 5 %.", {"rate": 4.9}),
            ("Days that the offer is valid: 11", {"date_valid_until": "2026-07-11"}),
            ("Coverage: 0 %, at least 50 %.", {"coverage_ids": []}),
        ]:
            with self.subTest(text):
                agreement = self._negotiate(**{**usual, **vals})
                self.assertIn(text, agreement.limit_text)
                self.assertTrue(agreement.needs_approval)

    def test_the_table_shows_what_each_may_grant(self):
        agreement = self._negotiate(quita_capital=20)
        table = agreement.limit_table
        self.assertIn("Quita of capital", table)
        self.assertNotIn("Quita of fees", table)  # there are none
        self.assertEqual(table.count("text-danger"), 1)
        self.assertIn("30 %", table)

    def test_each_reads_the_limits_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("es_MX")
        agreement = self._negotiate(quita_capital=20)
        spanish = agreement.with_context(lang="es_MX")
        self.assertIn("20 %", spanish.limit_text)
        self.assertIn("10 %", spanish.limit_text)

    # -- what secures it ----------------------------------------------------------

    def _secured(self, user=None, percent=100, **coverage):
        """A draft of 1,200.00 in two instalments, secured by ``coverage``, where the
        product asks for ``percent``."""
        self.collectors.coverage_min = percent
        values = [Command.create(coverage)] if coverage else []
        return self._negotiate(
            user, term=2, periodicity="week", rate=0, coverage_ids=values
        )

    def test_a_blank_guarantee_covers_nothing(self):
        agreement = self._secured(kind="other")
        self.assertIn("Coverage: 0 %, at least 100 %.", agreement.limit_text)
        agreement.coverage_ids.amount = 1200
        self.assertFalse(agreement.limit_text)

    def test_only_who_owes_as_well_answers_for_all(self):
        aval = self._create_debtor("Aval")
        agreement = self._secured(kind="guarantor", partner_id=aval.id, is_joint=False)
        self.assertIn("Coverage: 0 %", agreement.limit_text)
        agreement.coverage_ids.is_joint = True
        self.assertFalse(agreement.limit_text)

    def test_what_one_instalment_has_too_much_secures_no_other(self):
        agreement = self._secured(kind="pagare", amount=1200, reference="1")
        self.assertFalse(agreement.limit_text)
        agreement.coverage_ids.installment_ids = agreement.installment_ids[:1]
        self.assertIn("Coverage: 50 %, at least 100 %.", agreement.limit_text)

    def test_the_coverage_asked_for_is_there_at_the_signature(self):
        agreement = self._secured(kind="pagare", amount=1200, reference="1")
        agreement.action_propose()
        self.assertEqual((agreement.state, agreement.coverage_asked), ("proposed", 100))
        agreement.coverage_ids.amount = 600
        with self.assertRaisesRegex(UserError, "100 %.*only 50 %"):
            agreement._sign()
        agreement.coverage_ids.unlink()
        with self.assertRaisesRegex(UserError, "only 0 %"):
            agreement._sign()
        agreement.coverage_ids = [
            Command.create({"kind": "cheque", "amount": 1300, "reference": "2"})
        ]
        agreement._sign()
        self.assertEqual(agreement.state, "active")

    def test_less_coverage_that_was_approved_is_enough(self):
        agreement = self._secured(kind="pagare", amount=600, reference="1")
        agreement.override_reason = "A good debtor"
        agreement.action_propose()
        self.assertEqual(agreement.state, "to_approve")
        self._as(self.supervisor, agreement)._approve("Granted")
        self.assertEqual(agreement.coverage_asked, 50)
        agreement._sign()
        self.assertEqual(agreement.state, "active")

    def test_who_decides_sees_who_may_grant_what(self):
        agreement = self._secured(kind="pagare", amount=600, reference="1")
        agreement.override_reason = "A good debtor"
        agreement.action_propose()
        window = self._as(self.supervisor, self.env["cartera.agreement.decision"])
        decision = window.new({"agreement_id": agreement.id, "decision": "approve"})
        for who in ("A collector", "A supervisor"):
            self.assertIn(who, decision.limit_table)
        self._as(self.supervisor, agreement)._approve("Granted")
        self.assertFalse(agreement.limit_table)

    def test_coverage_nobody_asked_for_may_be_left_out(self):
        agreement = self._secured(percent=0, kind="pagare", amount=600, reference="1")
        agreement.action_propose()
        agreement.coverage_ids.unlink()
        agreement._sign()
        self.assertEqual(agreement.state, "active")

    # -- who fits -----------------------------------------------------------------

    def test_by_age(self):
        self.collectors.days_to = 90  # the oldest item is 91 days late
        agreement = self._negotiate()
        self.assertIn("not meant for a debtor like this one", agreement.limit_text)
        self.collectors.days_to = 91
        self.assertFalse(self._negotiate().limit_text)
        self.collectors.write({"days_to": 0, "days_from": 92})
        self.assertTrue(self._negotiate().limit_text)

    def test_by_balance_in_the_currency_of_the_company(self):
        self.collectors.amount_to = 1199.99
        self.assertTrue(self._negotiate().limit_text)
        self.collectors.amount_to = 1200
        self.assertFalse(self._negotiate().limit_text)
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        self._invoice(700, "2026-03-01", due="2026-03-31", currency=euro)
        agreement = self._negotiate(currency_id=euro.id)
        self.assertEqual(agreement.amount_debt, 700)
        self.assertTrue(agreement.limit_text)  # 1,400 in the company's

    def test_by_segment_and_stage(self):
        segment = self.env["cartera.segment"].create({"name": "VIP", "min_balance": 1})
        self.collectors.segment_ids = segment
        self.case.sudo().segment_id = segment
        self.assertFalse(self._negotiate().limit_text)
        self.collectors.segment_ids = segment.copy({"min_balance": 10**9})
        self.assertTrue(self._negotiate().limit_text)
        self.collectors.segment_ids = False
        self.collectors.stage_ids = self.case.stage_id
        self.assertFalse(self._negotiate().limit_text)
        self.collectors.stage_ids = self.stage_judicial
        self.assertTrue(self._negotiate().limit_text)

    def test_the_first_row_that_fits_holds(self):
        self.collectors.copy({"sequence": 1, "days_from": 60, "quita_capital": 5})
        self.assertIn("at most 5 %", self._negotiate(quita_capital=8).limit_text)

    def test_without_rows_nobody_is_limited(self):
        agreement = self._offered(
            product_id=self.reestructura.id, quita_capital=99, term=60
        )
        self.assertEqual(agreement.state, "proposed")

    def test_without_a_row_of_supervisors_they_are_not_limited(self):
        self.supervisors.unlink()
        agreement = self._offered(
            self.supervisor, quita_capital=80, override_reason="Why not"
        )
        self.assertEqual(agreement.state, "proposed")
        self.assertFalse(agreement.needs_second)

    def test_limits_that_make_no_sense(self):
        for vals in (
            {"quita_capital": 101},
            {"term_max": 0},
            {"days_from": 5, "days_to": 4},
            {"rate_min": -1},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                with mute_logger("odoo.sql_db"), self.cr.savepoint():
                    self.collectors.write(vals)
                    self.collectors.flush_recordset()

    # -- approval -----------------------------------------------------------------

    def test_beyond_asks_with_a_reason(self):
        agreement = self._negotiate(quita_capital=20)
        with self.assertRaisesRegex(UserError, "Say why it should be granted"):
            agreement.action_propose()
        agreement.override_reason = "Closes the shop"
        agreement.action_propose()
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "to_approve",
                    "asked_by_id": self.collector.id,
                    "approved_by_id": False,
                    "needs_second": False,
                }
            ],
        )
        self.assertIn("at most 10 %", agreement.limit_text)
        activity = agreement.sudo().activity_ids
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("cartera_cobranza.mail_activity_type_agreement"),
        )
        self.assertTrue(
            activity.user_id.has_group("cartera_cobranza.group_cartera_supervisor")
        )
        with self.assertRaises(AccessError):
            agreement._approve("Please")
        self._as(self.supervisor, agreement)._approve("Better than nothing")
        self.assertRecordValues(
            agreement,
            [{"state": "proposed", "approved_by_id": self.supervisor.id}],
        )
        self.assertTrue(agreement.date_approved)
        self.assertEqual(
            [
                (change.state_to, change.user_id, change.reason)
                for change in agreement.change_ids.sorted("id")
            ],
            [
                ("draft", self.collector, False),
                ("to_approve", self.collector, "Closes the shop"),
                ("proposed", self.supervisor, "Better than nothing"),
            ],
        )
        # The collector is told, and the supervisor has nothing left to do.
        self.assertEqual(agreement.sudo().activity_ids.user_id, self.collector)

    def test_the_limits_are_those_of_the_offer(self):
        agreement = self._offered(quita_capital=20, override_reason="Why not")
        self.collectors.quita_capital = 50
        self.assertIn("at most 10 %", agreement.limit_text)

    def test_turned_down(self):
        agreement = self._offered(quita_capital=20, override_reason="Why not")
        with self.assertRaises(AccessError):
            agreement._refuse("I may not")
        self._as(self.supervisor, agreement)._refuse("Too much")
        self.assertEqual(agreement.state, "refused")
        with self.assertRaisesRegex(UserError, "cannot be done"):
            agreement._sign()
        self._as(self.collector, agreement)._withdraw()
        self.assertEqual(agreement.state, "draft")
        agreement.quita_capital = 10
        agreement.action_propose()
        self.assertEqual((agreement.state, agreement.limit_text), ("proposed", False))

    def test_beyond_a_supervisor_alone_asks_for_a_reason_too(self):
        self.supervisors.quita_capital = 5  # collectors may more, by mistake
        agreement = self._negotiate(self.supervisor, quita_capital=8)
        with self.assertRaisesRegex(UserError, "Say why"):
            agreement.action_propose()
        agreement.override_reason = "Known for years"
        agreement.action_propose()
        self.assertEqual(agreement.state, "to_approve")

    def test_a_supervisor_grants_with_a_reason(self):
        agreement = self._negotiate(self.supervisor, quita_capital=20)
        self.assertTrue(agreement.needs_reason)
        self.assertFalse(agreement.needs_approval)
        with self.assertRaisesRegex(UserError, "Say why"):
            agreement.action_propose()
        agreement.override_reason = "Known for years"
        agreement.action_propose()
        self.assertRecordValues(
            agreement,
            [{"state": "proposed", "approved_by_id": self.supervisor.id}],
        )

    def test_beyond_the_supervisors_another_one_decides(self):
        agreement = self._negotiate(
            self.supervisor, quita_capital=40, override_reason="Fire"
        )
        self.assertTrue(agreement.needs_approval)
        agreement.action_propose()
        self.assertEqual(
            (agreement.state, agreement.needs_second), ("to_approve", True)
        )
        self.assertNotIn(self.supervisor, agreement.sudo().activity_ids.user_id)
        self.assertFalse(agreement.can_decide)
        with self.assertRaisesRegex(AccessError, "Another supervisor"):
            agreement._approve("My own")
        other = self._as(self.chief, agreement)
        self.assertTrue(other.can_decide)
        other._approve("Four eyes")
        self.assertEqual((other.state, other.approved_by_id), ("proposed", self.chief))

    def test_auditors_decide_nothing(self):
        agreement = self._offered(quita_capital=20, override_reason="Why not")
        auditor = self._as(self.auditor, agreement)
        self.assertFalse(auditor.can_decide)
        for step in (
            auditor.action_approve,
            auditor.action_withdraw,
            lambda: auditor._approve("x"),
            lambda: auditor._refuse("x"),
            auditor.action_propose,
        ):
            with self.assertRaises(AccessError):
                step()
