from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementFlow(NegotiationCommon):
    """From the offer to the end, and back."""

    def _decide(self, user, agreement, decision, **vals):
        """What the user enters in the window that a button opens."""
        action = getattr(self._as(user, agreement), f"action_{decision}")()
        form = Form(
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
        )
        for name, value in vals.items():
            form[name] = value
        form.save().action_confirm()

    # -- offering -----------------------------------------------------------------

    def test_the_good_way(self):
        with self._form() as form:
            form.quita_capital = 10
        agreement = form.save()
        self.assertEqual(agreement.name, "/")
        agreement.action_propose()
        self.assertEqual(agreement.state, "proposed")
        self.assertTrue(agreement.name.startswith("A/2026/"))
        self.assertFalse(agreement.item_ids.filtered("is_active"))
        self._decide(self.collector, agreement, "accept", date="2026-06-30")
        today = fields.Date.today()
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "active",
                    "date_signed": today,
                    "date_started": today,
                    "date_ended": False,
                    "amount_payable": 1080,
                    "amount_quita": 120,
                }
            ],
        )
        self.assertRecordValues(
            agreement.item_ids,
            [
                {"is_active": True, "sequence": 0, "amount": 1000, "amount_quita": 100},
                {"is_active": True, "sequence": 1, "amount": 200, "amount_quita": 20},
            ],
        )

    def test_the_end(self):
        agreement = self._signed()
        self._pay(self.first, 1000, "2026-06-30")
        self._pay(self.second, 200, "2026-06-30")
        today = fields.Date.today()
        agreement.sudo()._close("kept", today)
        self.assertEqual((agreement.state, agreement.date_ended), ("kept", today))
        self.assertFalse(agreement.item_ids.filtered("is_active"))

    def test_the_product_is_frozen_in_the_offer(self):
        self.finiquito.write({"tolerance_days": 5, "settlement_method": "write_off"})
        agreement = self._offered()
        self.finiquito.write({"tolerance_days": 9, "settlement_method": "discount"})
        self.assertEqual(agreement.tolerance_days, 5)
        self.assertEqual(agreement.settlement_method, "write_off")

    def test_steps_that_do_not_follow(self):
        draft = self._negotiate()
        for step in ("_sign", "_withdraw"):
            with self.subTest(step), self.assertRaisesRegex(UserError, "cannot be"):
                getattr(draft, step)()
        supervised = self._as(self.supervisor, draft)
        for step in ("_approve", "_refuse", "_cancel", "_reinstate"):
            with self.subTest(step), self.assertRaisesRegex(UserError, "cannot be"):
                getattr(supervised, step)("Why")
        active = self._signed()
        with self.assertRaisesRegex(UserError, "cannot be"):
            active.action_propose()

    def test_a_reason_is_asked_for(self):
        agreement = self._signed()
        window = self.env["cartera.agreement.decision"].with_user(self.supervisor)
        window = window.create({"agreement_id": agreement.id, "decision": "cancel"})
        with self.assertRaisesRegex(UserError, "Give the reason"):
            window.action_confirm()

    # -- signing ------------------------------------------------------------------

    def test_signed_on_an_earlier_day(self):
        agreement = self._offered(date="2026-06-22", date_valid_until="2026-07-02")
        with self.assertRaisesRegex(UserError, "signed between"):
            agreement._sign(fields.Date.to_date("2026-06-21"))
        with self.assertRaisesRegex(UserError, "signed between"):
            agreement._sign(fields.Date.to_date("2026-07-01"))
        agreement._sign(fields.Date.to_date("2026-06-25"))
        self.assertEqual(agreement.date_signed, fields.Date.to_date("2026-06-25"))
        self.assertEqual(agreement.date_started, fields.Date.today())

    def test_signed_before_another_one_ended(self):
        first = self._offered()
        first._sign()
        with self._on("2026-07-04"):
            self._as(self.supervisor, first)._cancel("Signed on paper before")
        with self._on("2026-07-05"):
            second = self._offered(date="2026-07-01", date_valid_until="2026-07-08")
            second._sign(fields.Date.to_date("2026-07-01"))
            for day in ("2026-07-02", "2026-07-04", None):
                with self.subTest(day):
                    self.assertLedgerEven(fields.Date.to_date(day))

    def test_an_offer_that_lapsed(self):
        agreement = self._offered()
        with self._on("2026-07-11"):
            with self.assertRaisesRegex(UserError, "valid until"):
                agreement._sign()
            agreement._withdraw()
            agreement.date = "2026-07-11"
            agreement.action_propose()
            agreement._sign()
        self.assertEqual(agreement.state, "active")

    def test_what_the_ledger_would_refuse_is_not_offered(self):
        self.reestructura.ledger_mode = "reclassification"
        self.company.cartera_agreement_journal_id = False
        agreement = self._negotiate(product_id=self.reestructura.id)
        with self.assertRaisesRegex(UserError, "Journal of Agreements"):
            agreement.action_propose()
        self.env.invalidate_all()
        self.company.cartera_agreement_journal_id = self.misc_journal
        agreement.action_propose()
        self.assertEqual(agreement.state, "proposed")

    def test_the_night_ends_an_offer_that_lapsed(self):
        agreement = self._offered()
        run = self.env["cartera.run"].sudo()
        for day, state in (("2026-07-10", "proposed"), ("2026-07-11", "expired")):
            with self._on(day):
                run.run(self.company)
                self.assertEqual(agreement.state, state)
        self.assertEqual(agreement.date_ended, fields.Date.to_date("2026-07-11"))
        self.assertFalse(agreement.item_ids.filtered("is_active"))

    def test_a_paper_signed_in_time_comes_after_the_offer_lapsed(self):
        agreement = self._offered()
        with self._on("2026-07-12"):
            self.env["cartera.run"].sudo().run(self.company)
            with self.assertRaisesRegex(UserError, "valid until"):
                agreement._sign()
            agreement._sign(fields.Date.to_date("2026-07-10"))
        self.assertEqual(agreement.state, "active")
        self.assertFalse(agreement.date_ended)
        self.assertTrue(all(agreement.item_ids.mapped("is_active")))

    def _credit(self, invoice, amount):
        note = self._invoice(amount, "2026-06-30", move_type="out_refund")
        self._match(note | invoice)

    def test_what_is_open_is_known_at_once_to_who_decides(self):
        """The page of an agreement is read by its id, which looks for nothing."""
        agreement = self._offered()
        agreement._sign()
        self.assertEqual(self._get_stored(agreement), (1200, "in_time"))
        supervised = self._as(self.supervisor, agreement)
        supervised._cancel("A mistake")
        self.assertEqual(self._get_stored(agreement), (0, None))
        supervised._reinstate("It was none")
        self.assertEqual(self._get_stored(agreement), (1200, "in_time"))

    def _get_stored(self, agreement):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT amount_open, standing FROM cartera_agreement WHERE id = %s",
            [agreement.id],
        )
        return self.env.cr.fetchone()

    def test_an_item_paid_since_the_offer_is_paid_under_the_agreement(self):
        agreement = self._offered()
        self._pay(self.second, 50, "2026-06-30")
        agreement._sign()
        self.env["cartera.case.queue"]._apply_pending()
        self.assertEqual(agreement.amount_paid, 50)
        self.assertEqual(agreement.amount_open, agreement.amount_payable - 50)
        items = self._find_items().filtered("agreement_id")
        self.assertEqual(sum(items.mapped("amount_residual")), 1150)
        self.assertLedgerEven()

    def test_what_was_paid_before_the_offer_is_not_paid_under_it(self):
        self._pay(self.second, 50, "2026-06-30")
        agreement = self._offered()
        self.assertEqual(agreement.amount_debt, 1150)
        offered = agreement.change_ids.filtered(lambda one: one.state_from == "draft")
        # In a test both are of one moment.
        self.env.cr.execute(
            "UPDATE cartera_agreement_change SET create_date = create_date "
            "+ INTERVAL '1 minute' WHERE id = %s",
            [offered.id],
        )
        self._credit(self.second, 30)
        with self.assertRaisesRegex(UserError, "has changed since the offer"):
            self._as(self.collector, agreement)._sign()

    def test_an_item_credited_since_the_offer(self):
        agreement = self._offered()
        self._credit(self.second, 50)
        with self.assertRaisesRegex(UserError, "has changed since the offer"):
            agreement._sign()
        self.assertEqual(agreement.state, "proposed")
        agreement._withdraw("Credited in part")
        agreement.action_take_all()
        self.assertEqual(agreement.amount_debt, 1150)
        agreement.action_propose()
        agreement._sign()
        self.assertEqual(agreement.state, "active")

    def test_insolvent_since_the_offer(self):
        agreement = self._offered()
        self.case._pause(
            {
                "kind": "insolvency",
                "reason": "Concurso",
                "date_review": fields.Date.today(),
                "line_ids": None,
                "user_id": self.env.uid,
            }
        )
        with self.assertRaisesRegex(UserError, "insolvency"):
            agreement._sign()

    def test_two_offers_for_the_same_item(self):
        first, second = self._offered(), self._offered()
        first._sign()
        with self.assertRaisesRegex(UserError, "which is in force"):
            second._sign()

    def test_credited_before(self):
        note = self._invoice(300, "2026-06-01", move_type="out_refund")
        self._match(self.first | note)
        self._pay(self.first, 100, "2026-06-02")
        agreement = self._signed()
        self.assertEqual(agreement.item_ids.mapped("amount"), [600, 200])
        self.assertEqual(agreement.item_ids.mapped("amount_credited_before"), [300, 0])

    def test_promises_give_way(self):
        promise = self.case._take_promise(
            {"installments": [("2026-07-05", 200)], "currency_id": False}
        )
        agreement = self._negotiate()
        self.assertEqual(agreement.amount_debt, 1200)
        self.assertIn("07/05/2026", agreement.promise_text)
        agreement.action_propose()
        self.assertEqual(promise.state, "open")
        agreement._sign()
        self.assertEqual(promise.state, "withdrawn")
        self.assertIn(agreement.name, promise.change_ids[0].reason)

    def test_a_promise_for_another_item_stays(self):
        promise = self.case._take_promise(
            {
                "installments": [("2026-07-05", 200)],
                "line_ids": self._receivable_lines(self.second).ids,
            }
        )
        self._signed(line_ids=self._receivable_lines(self.first).ids)
        self.assertEqual(promise.state, "open")

    # -- back to the table --------------------------------------------------------

    def test_an_offer_is_withdrawn(self):
        agreement = self._offered(
            self.supervisor, quita_capital=20, override_reason="Why not"
        )
        self._decide(self.collector, agreement, "withdraw", reason="They want less")
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "draft",
                    "approved_by_id": False,
                    "date_approved": False,
                    "limit_facts": False,
                }
            ],
        )
        folio = agreement.name
        agreement = self._as(self.collector, agreement)
        agreement.quita_capital = 5
        agreement.action_propose()
        self.assertEqual(agreement.name, folio)

    def test_an_expired_offer_is_negotiated_again(self):
        agreement = self._offered()
        agreement.sudo()._close("expired", fields.Date.today(), "Not accepted")
        self.assertEqual(agreement.state, "expired")
        with self.assertRaisesRegex(UserError, "never was in force"):
            self._as(self.supervisor, agreement)._reinstate("Please")
        agreement._withdraw()
        self.assertEqual((agreement.state, agreement.date_ended), ("draft", False))

    # -- cancelling ---------------------------------------------------------------

    def test_only_supervisors_cancel(self):
        agreement = self._signed()
        with self.assertRaises(AccessError):
            agreement._cancel("I want to")
        self._decide(self.supervisor, agreement, "cancel", reason="Wrong debtor")
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "cancelled",
                    "date_ended": fields.Date.today(),
                    "end_reason": "Wrong debtor",
                }
            ],
        )
        self.assertFalse(agreement.item_ids.filtered("is_active"))
        self.assertEqual(self._negotiate().amount_debt, 1200)

    def test_reinstated(self):
        for state in ("cancelled", "broken", "expired"):
            with self.subTest(state):
                agreement = self._signed()
                agreement.sudo()._close(state, fields.Date.today(), "Test")
                with self.assertRaises(AccessError):
                    agreement._reinstate("I want to")
                self._decide(self.supervisor, agreement, "reinstate", reason="Error")
                self.assertRecordValues(
                    agreement,
                    [{"state": "active", "date_ended": False, "end_reason": False}],
                )
                self.assertEqual(len(agreement.item_ids.filtered("is_active")), 2)
                agreement.sudo()._close("cancelled", fields.Date.today(), "Next")

    def test_not_reinstated_over_another_one(self):
        agreement = self._signed()
        self._as(self.supervisor, agreement)._cancel("Wrong")
        self._signed()
        with self.assertRaisesRegex(UserError, "which is in force"):
            self._as(self.supervisor, agreement)._reinstate("Back")

    # -- refinancing --------------------------------------------------------------

    def test_refinancing(self):
        old = self._signed(
            product_id=self.reestructura.id, down_payment=0, term=2, rate=0
        )
        self._pay(self.first, 400, "2026-06-30")
        action = self._as(self.collector, old).action_refinance()
        new = self._as(
            self.collector, self.env["cartera.agreement"].browse(action["res_id"])
        )
        self.assertRecordValues(
            new,
            [
                {
                    "state": "draft",
                    "refinanced_from_id": old.id,
                    "refinance_level": 1,
                    "amount_debt": 800,
                }
            ],
        )
        self.assertFalse(new.problem_text)
        with self.assertRaisesRegex(UserError, "being negotiated"):
            old.action_refinance()
        new.action_propose()
        self.assertEqual(old.state, "active")
        new._sign()
        self.assertEqual((old.state, new.state), ("refinanced", "active"))
        self.assertFalse(old.item_ids.filtered("is_active"))
        self.assertEqual(new.item_ids.mapped("is_active"), [True, True])
        self.assertEqual(new.item_ids.mapped("amount"), [600, 200])

    def test_an_item_passes_from_one_agreement_to_the_next_at_once(self):
        old = self._signed(
            product_id=self.reestructura.id, down_payment=0, term=2, rate=0
        )
        self.env.flush_all()
        rows = SQL(
            "SELECT is_active FROM cartera_agreement_item WHERE agreement_id = %s",
            old.id,
        )
        new = old._refinance({})
        new.action_propose()
        seen = []

        def look(agreement):
            seen.extend(agreement.env.execute_query(rows))
            return take(agreement)

        take = type(new)._take_snapshot
        with patch.object(type(new), "_take_snapshot", look):
            new._sign()
        self.env.flush_all()
        self.assertEqual(seen, [(False,), (False,)], "free before they are taken")
        self.assertEqual(new.item_ids.mapped("is_active"), [True, True])

    def test_the_most_refinancings(self):
        old = self._signed()
        new = old._refinance({"override_reason": "New factory"})
        self.assertIn("Refinancings: 1, at most 0", new.limit_text)
        new.action_propose()
        self.assertEqual((new.state, new.needs_second), ("to_approve", False))
        self._as(self.supervisor, new)._approve("All right")
        new._sign()
        third = new._refinance({"override_reason": "Again"})
        third.action_propose()
        self.assertTrue(third.needs_second)

    def test_refinancing_a_broken_one(self):
        old = self._signed()
        old.sudo()._close("broken", fields.Date.today(), "Two missed")
        new = old._refinance({"override_reason": "Last chance"})
        new.action_propose()
        self._as(self.supervisor, new)._approve("Last one")
        new._sign()
        self.assertEqual((old.state, new.state), ("broken", "active"))
        self.assertEqual(old.refinanced_to_ids, new)

    def test_refinancing_the_agreement_of_another_debtor(self):
        other = self._create_debtor("Otro")
        self._invoice(50, "2026-01-01", partner=other)
        theirs = self._make_agreement(self.first, ("2026-07-10", 1000))
        case = self._as(self.collector, self._case(other))
        new = case._negotiate(
            {"product_id": self.finiquito.id, "refinanced_from_id": theirs.id}
        )
        with self.assertRaisesRegex(UserError, "cannot be refinanced"):
            new.action_propose()

    # -- what stays ---------------------------------------------------------------

    def test_only_drafts_are_deleted(self):
        draft, offered = self._negotiate(), self._offered()
        draft.unlink()
        self.assertFalse(draft.exists())
        with self.assertRaisesRegex(UserError, "Only an agreement under negotiation"):
            offered.unlink()

    def test_the_window_tells_nothing_of_the_agreements_of_others(self):
        agreement = self._offered()
        agreement.sudo().override_reason = "The boss is a friend"
        own = self._create_user("flow_own", "own")
        window = self.env["cartera.agreement.decision"].with_user(own)
        window = window.create({"agreement_id": agreement.id, "decision": "accept"})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            window.read(["override_reason"])

    def test_no_part_gets_into_an_agreement_in_force(self):
        agreement = self._offered()
        agreement._sign()
        third = self._invoice(500, "2026-06-01", due="2026-06-15")
        draft = self._negotiate(line_ids=self._receivable_lines(third).ids)
        draft.installment_ids.number = 99
        for part in (draft.installment_ids, draft.item_ids):
            with self.assertRaises(AccessError), self.cr.savepoint():
                part.write({"agreement_id": agreement.id})

    def test_who_may_take_part(self):
        agreement = self._offered()
        employee = self.env["res.users"].create(
            {
                "name": "Employee",
                "login": "neg_employee",
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
            }
        )
        for user in (self.auditor, employee):
            with self.assertRaises(AccessError):
                self._as(user, agreement)._sign()
            with self.assertRaises(AccessError):
                self._as(user, self.case)._negotiate({})
        with self.assertRaises(AccessError):
            self._as(self.auditor, agreement).note = "Seen"
        self.assertEqual(self._as(self.auditor, agreement).state, "proposed")
