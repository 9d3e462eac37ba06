from unittest.mock import patch

import psycopg2.errors

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .charges_common import ChargesCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestCharges(ChargesCommon):
    """Interest, fees and indexation of instalments, invoiced on their days."""

    # -- being charged ------------------------------------------------------------

    def test_interest_and_fee_are_invoiced_with_their_taxes_on_their_day(self):
        agreement = self._agree()
        agreement.installment_ids[0].amount_fee = 5
        self.assertEqual(self._charge("2026-07-14"), (0, []))
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        charge = self._charges(agreement)
        self.assertRecordValues(
            charge,
            [
                {
                    "move_type": "out_invoice",
                    "state": "posted",
                    "partner_id": self.debtor.id,
                    "amount_untaxed": 25,
                    "amount_tax": 3,
                    "cartera_agreement_id": agreement.id,
                    "cartera_installment_id": agreement.installment_ids[0].id,
                }
            ],
        )
        self.assertEqual(str(charge.invoice_date), "2026-07-15")
        self.assertEqual(str(charge.invoice_date_due), "2026-07-15")
        self.assertEqual(
            sorted(
                (line.display_type, round(line.balance, 2)) for line in charge.line_ids
            ),
            [("payment_term", 28), ("product", -20), ("product", -5), ("tax", -3)],
        )
        self.assertIn(agreement.name, charge.invoice_line_ids[0].name)
        first, second = agreement.installment_ids
        self.assertEqual(
            (first.charge_state, second.charge_state), ("issued", "to_come")
        )
        self.assertLedgerEven()

    def test_invoice_of_a_late_night_is_due_on_the_day_of_its_instalment(self):
        agreement = self._agree()
        self._charge("2026-07-18")
        charge = self._charges(agreement)
        self.assertEqual(str(charge.invoice_date), "2026-07-18")
        [line] = self._receivable_lines(charge)
        self.assertEqual(str(line.date_maturity), "2026-07-15")

    def test_estimate_is_what_the_invoice_has(self):
        tax = self.company_data["default_tax_sale"]
        included = tax.copy(
            {"name": "Included", "price_include_override": "tax_included"}
        )
        self.fee.taxes_id = included
        agreement = self._agree(("2026-07-15", 1000, 33.33))
        agreement.installment_ids.amount_fee = 7.77
        estimate = agreement._estimate_charge_tax(33.33, 7.77)
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        self.assertEqual(charge.amount_untaxed, 41.10)
        self.assertEqual(charge.amount_tax, estimate)
        self.assertGreater(estimate, 0)

    def test_fiscal_position_of_the_debtor_maps_the_taxes(self):
        exempt = self.env["account.tax"].create(
            {"name": "Exempt", "amount": 0, "type_tax_use": "sale"}
        )
        position = self.env["account.fiscal.position"].create({"name": "Exempt"})
        exempt.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [
                    Command.set(self.company_data["default_tax_sale"].ids)
                ],
            }
        )
        self.debtor.property_account_position_id = position
        agreement = self._agree()
        self.assertEqual(agreement._estimate_charge_tax(20, 0), 0)
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        self.assertEqual(charge.fiscal_position_id, position)
        self.assertEqual(charge.invoice_line_ids.tax_ids, exempt)

    def test_without_charges_nothing_is_invoiced(self):
        agreement = self._agree(("2026-07-15", 1000))
        self.assertEqual(self._charge("2026-07-15"), (0, []))
        self.assertFalse(self._charges(agreement))
        self.assertFalse(agreement.installment_ids.charge_state)

    def test_charges_for_review_are_left_in_draft(self):
        self.company.cartera_charge_draft = True
        agreement = self._agree()
        self._charge("2026-07-15")
        self._charge("2026-07-16")
        charge = self._charges(agreement)
        self.assertEqual(charge.state, "draft")
        self.assertEqual(agreement.installment_ids[0].charge_state, "draft")
        charge.action_post()
        self.assertEqual(agreement.installment_ids[0].charge_state, "issued")

    def test_settings_are_proposed_with_the_chart(self):
        company = self.setup_other_company(name="Otra")["company"]
        journal = company.cartera_agreement_journal_id
        self.assertEqual((journal.type, journal.company_id), ("general", company))
        self.assertNotIn(
            journal,
            company.currency_exchange_journal_id | company.tax_cash_basis_journal_id,
        )
        self.assertEqual(
            company.cartera_writeoff_account_id,
            company.account_journal_early_pay_discount_loss_account_id,
        )
        self.assertTrue(company.cartera_writeoff_account_id)
        for kind in ("interest", "fee", "index"):
            product = self.env.ref(f"cartera_cobranza.product_agreement_{kind}")
            self.assertEqual(company[f"cartera_{kind}_product_id"], product)
            self.assertFalse(product.taxes_id)
        company.cartera_agreement_journal_id = False
        company.cartera_fee_product_id = self.fee
        company._propose_agreement_settings()
        self.assertEqual(company.cartera_agreement_journal_id, journal)
        self.assertEqual(company.cartera_fee_product_id, self.fee)

    # -- being paid ---------------------------------------------------------------

    def test_payments_are_matched_with_charges_before_the_debt(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        with self._on("2026-07-15"):
            nothing = self.env["account.move"]
            payment = self._pay(
                nothing, 500 + charge.amount_total, "2026-07-15", match=False
            )
            agreement.action_match_payments()
        self.assertEqual(charge.amount_residual, 0)
        self.assertEqual(self.invoice.amount_residual, 500)
        self.assertTrue(payment.is_reconciled)
        self.assertEqual(agreement.installment_ids[0].state, "paid")
        self.assertLedgerEven()

    def test_money_that_comes_before_the_night_pays_the_interest_too(self):
        agreement = self._agree()
        for part in agreement.installment_ids:
            part.amount_tax = agreement._estimate_charge_tax(part.amount_interest, 0)
        for day, amount in (("2026-07-15", 523), ("2026-08-12", 511.5)):
            payment = self._pay_and_match(agreement, amount, day)
            self.assertTrue(payment.is_reconciled)
        first, second = self._charges(agreement)
        self.assertEqual(str(second.invoice_date), "2026-08-12")
        self.assertEqual(str(second.invoice_date_due), "2026-08-15")
        self.assertEqual((first | second).mapped("amount_residual"), [0, 0])
        self.assertEqual(self._charge("2026-08-15"), (0, []))
        self.assertEqual(agreement.installment_ids.mapped("state"), ["paid", "paid"])
        self.assertLedgerEven()

    def test_money_long_before_an_instalment_pays_no_interest_ahead(self):
        agreement = self._agree()
        self._pay_and_match(agreement, 400, "2026-07-07")
        self.assertFalse(self._charges(agreement))
        self.assertEqual(self.invoice.amount_residual, 600)

    def test_money_for_one_instalment_pays_no_interest_of_the_next(self):
        agreement = self._agree(("2026-07-15", 500, 20), ("2026-07-22", 500, 10))
        self._pay_and_match(agreement, 523, "2026-07-15")
        self.assertEqual(len(self._charges(agreement)), 1)
        self.assertEqual(self.invoice.amount_residual, 500)
        self._charge("2026-07-16")
        self.assertEqual(agreement.installment_ids.mapped("state"), ["paid", "pending"])
        self.assertLedgerEven()

    def test_money_for_two_instalments_pays_the_interest_of_both(self):
        agreement = self._agree(("2026-07-15", 500, 20), ("2026-07-22", 500, 10))
        self._pay_and_match(agreement, 523 + 511.5, "2026-07-15")
        charges = self._charges(agreement)
        self.assertEqual(charges.mapped("amount_residual"), [0, 0])
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_without_money_nothing_is_charged_by_matching(self):
        agreement = self._agree()
        with self._on("2026-07-15"), self.assertRaises(UserError):
            agreement.action_match_payments()
        self.assertFalse(self._charges(agreement))

    def assertAddsUp(self, agreement, day):
        """What was agreed is paid, open, to come or dropped on ISO ``day``."""
        with self._on(day):
            date = fields.Date.to_date(day)
            self.env["cartera.agreement.engine"]._judge(self.company, date)
        parts = (
            "amount_paid",
            "amount_charges_paid",
            "amount_open",
            "amount_charges_to_come",
            "amount_charges_dropped",
        )
        found = {name: agreement[name] for name in parts}
        total = sum(agreement.installment_ids.mapped("amount_total"))
        self.assertAlmostEqual(sum(found.values()), total, 2, found)

    def test_what_is_paid_and_open_adds_up_to_what_was_agreed(self):
        agreement = self._agree()
        for part in agreement.installment_ids:
            part.amount_tax = agreement._estimate_charge_tax(part.amount_interest, 0)
            part.amount_total += part.amount_tax
        self.assertAddsUp(agreement, "2026-07-01")
        self.assertEqual(agreement.amount_charges_to_come, 34.5)
        self._charge("2026-07-15")
        self.assertAddsUp(agreement, "2026-07-15")
        self.assertEqual(agreement.amount_charges_to_come, 11.5)
        self._pay_and_match(agreement, 523, "2026-07-15")
        self.assertAddsUp(agreement, "2026-07-16")
        self.assertEqual(agreement.amount_charges_paid, 23)
        self._charge("2026-08-15")
        self.assertAddsUp(agreement, "2026-08-15")
        agreement.installment_ids[1]._waive_charges("Goodwill")
        self.assertAddsUp(agreement, "2026-08-16")
        self.assertEqual(agreement.amount_charges_dropped, 11.5)

    def test_why_charges_wait_is_told_on_the_agreement(self):
        agreement = self._agree()
        self.interest.active = False
        self._charge("2026-07-15")
        self.assertIn("instalment 1 wait", agreement.charge_text)
        self.assertIn("There is no product in use", agreement.charge_text)
        self.interest.active = True
        self._charge("2026-07-16")
        self.assertFalse(agreement.charge_text)

    # -- once ---------------------------------------------------------------------

    def test_second_night_charges_nothing_again(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        self.assertEqual(self._charge("2026-07-16"), (0, []))
        self.assertEqual(len(self._charges(agreement)), 1)
        self._charge("2026-08-15")
        self.assertEqual(len(self._charges(agreement)), 2)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_invoice(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        copy = charge.copy()
        self.assertFalse(copy.cartera_installment_id)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.cr.savepoint(),
        ):
            copy.sudo().write(
                {
                    "cartera_installment_id": charge.cartera_installment_id.id,
                    "cartera_charge_number": 1,
                }
            )
            self.env.flush_all()

    def test_index_is_unique_in_the_database(self):
        [(definition,)] = self.env.execute_query(
            SQL(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'account_move' "
                "AND indexdef LIKE '%%cartera_charge_number%%'"
            )
        )
        self.assertIn("CREATE UNIQUE INDEX", definition)

    def test_what_another_runner_was_first_with_is_no_error(self):
        self._agree()
        charger = self.env["cartera.agreement.charger"]

        def be_late(_charger, task):
            raise psycopg2.errors.UniqueViolation

        with (
            patch.object(type(charger), "_charge_one", be_late),
            mute_logger("odoo.addons.cartera_cobranza.models.cartera_run"),
        ):
            self.assertEqual(self._charge("2026-07-15"), (0, []))

    # -- when not -----------------------------------------------------------------

    def test_insolvent_or_disputed_waits_and_says_so(self):
        agreement = self._agree()
        first = agreement.installment_ids[0]
        self.debtor.cartera_insolvent_since = "2026-07-01"
        self.assertEqual(self._charge("2026-07-15"), (0, []))
        self.assertEqual(first.charge_state, "waiting")
        self.assertIn("insolvency", first.charge_note)
        self.debtor.cartera_insolvent_since = False
        self._charge("2026-07-16")
        self.assertEqual(first.charge_state, "issued")
        self.assertFalse(first.charge_note)

    def test_ended_agreement_charges_nothing_more(self):
        agreement = self._agree()
        agreement.write({"state": "broken", "date_ended": "2026-07-10"})
        self.assertEqual(self._charge("2026-07-15"), (0, []))
        self.assertEqual(
            agreement.installment_ids.mapped("charge_state"), ["lapsed", "lapsed"]
        )

    def test_instalment_paid_ahead_keeps_its_interest(self):
        agreement = self._agree()
        self._pay(self.invoice, 500, "2026-06-30")
        self._charge("2026-07-15")
        self.assertEqual(self._charges(agreement).amount_untaxed, 20)

    def test_interest_after_all_is_paid_lapses_and_comes_back(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        with self._on("2026-07-20"):
            payment = self._pay(self.invoice, 1000, "2026-07-20")
        self._charge("2026-07-21")
        first, second = agreement.installment_ids
        self.assertEqual(
            (first.charge_state, second.charge_state), ("issued", "lapsed")
        )
        self.assertEqual(self._charge("2026-08-15"), (0, []))
        with self._on("2026-08-16"):
            self._receivable_lines(payment.move_id).remove_move_reconcile()
        self.assertEqual(self._charge("2026-08-16"), (1, []))
        self.assertEqual(second.charge_state, "issued")
        self.assertLedgerEven()

    # -- what goes wrong ----------------------------------------------------------

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_run")
    def test_missing_product_is_told_and_tried_again(self):
        agreement = self._agree()
        other = self._create_debtor("Panadería Luna")
        invoice = self._invoice(100, "2026-03-01", partner=other)
        good = self._make_agreement(invoice, ("2026-07-15", 100))
        good.installment_ids.amount_fee = 3
        self.company.cartera_interest_product_id = False
        made, [(partner_id, error)] = self._charge("2026-07-15")
        self.assertEqual((made, partner_id), (1, self.debtor.id))
        self.assertIn("Financing interest", str(error))
        first = agreement.installment_ids[0]
        self.assertEqual(first.charge_state, "waiting")
        self.assertIn("Financing interest", first.charge_note)
        self.company.cartera_interest_product_id = self.interest
        self.assertEqual(self._charge("2026-07-16"), (1, []))
        self.assertFalse(first.charge_note)

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_run")
    def test_closed_books_are_named(self):
        agreement = self._agree()
        self.company.sale_lock_date = "2026-07-15"
        _made, [(_partner, error)] = self._charge("2026-07-15")
        self.assertIn("Sales Lock", str(error))
        self.assertFalse(self._charges(agreement))
        self.assertEqual(self._charge("2026-07-16"), (1, []))

    # -- waiving ------------------------------------------------------------------

    def test_waived_charge_is_credited_and_not_made_again(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        first = agreement.installment_ids[0]
        with self._on("2026-07-16"):
            first._waive_charges("Goodwill")
        self.assertEqual(first.charge_state, "waived")
        charge, note = self._charges(agreement)
        self.assertEqual(note.reversed_entry_id, charge)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.amount_total, 23)
        self.assertIn("Goodwill", note.ref)
        self.assertEqual(charge.amount_residual, 0)
        self.assertEqual(self._charge("2026-07-17"), (0, []))
        with self._on("2026-07-18"):
            first._charge_again("It was a mistake")
        again = self._charges(agreement)[-1]
        self.assertEqual(again.cartera_charge_number, 2)
        self.assertEqual(first.charge_state, "issued")
        with self.assertRaises(UserError):
            first._charge_again("Twice")
        self.assertLedgerEven()

    def test_waived_draft_is_cancelled(self):
        self.company.cartera_charge_draft = True
        agreement = self._agree()
        self._charge("2026-07-15")
        first = agreement.installment_ids[0]
        first._waive_charges("Goodwill")
        self.assertEqual(self._charges(agreement).state, "cancel")
        self.assertEqual(first.charge_state, "waived")
        self.assertEqual(self._charge("2026-07-16"), (0, []))
        with self.assertRaises(UserError):
            agreement.installment_ids[1]._waive_charges("Nothing there")

    def test_payment_of_a_waived_charge_stays_a_credit(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        self._pay(charge, 10, "2026-07-15")
        agreement.installment_ids[0]._waive_charges("Goodwill")
        note = self._charges(agreement)[-1]
        self.assertEqual(charge.amount_residual, 0)
        self.assertEqual(note.amount_residual, 10)
        self.assertLedgerEven()

    def _settle(self, agreement, day):
        """What becomes of it in the night when all of the debt is paid."""
        with self._on(day):
            if self.invoice.amount_residual:
                self._pay(self.invoice, 1000, day)
            self._charge(day)
            self._charge(day)
            self.env["cartera.agreement.settler"]._settle_company(
                self.company, fields.Date.to_date(day)
            )
        return agreement.state

    def test_agreement_ends_though_a_charge_was_paid_and_then_waived(self):
        agreement = self._agree(("2026-07-15", 1000, 20))
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        self._pay(charge, charge.amount_total, "2026-07-15")
        agreement.installment_ids._waive_charges("Goodwill")
        self.assertEqual(self._settle(agreement, "2026-07-16"), "kept")

    def test_agreement_ends_though_a_charge_was_cancelled_by_hand(self):
        agreement = self._agree(("2026-07-15", 1000, 20))
        self._charge("2026-07-15")
        charge = self._charges(agreement)
        charge.button_draft()
        charge.button_cancel()
        self.assertEqual(agreement.installment_ids.charge_state, "waived")
        self.assertEqual(self._settle(agreement, "2026-07-16"), "kept")

    def test_agreement_waits_for_its_charges_within_the_tolerance_too(self):
        agreement = self._agree(("2026-07-15", 1000, 20), tolerance_percent=5)
        self._charge("2026-07-15")
        self.assertEqual(self._settle(agreement, "2026-07-16"), "active")
        self._pay(self._charges(agreement), 23, "2026-07-16")
        self.assertEqual(self._settle(agreement, "2026-07-17"), "kept")

    def test_only_supervisors_waive(self):
        agreement = self._agree()
        self._charge("2026-07-15")
        first = agreement.installment_ids[0]
        collector = self._create_user("charges_collector", "collector")
        with self.assertRaises(AccessError):
            first.with_user(collector)._waive_charges("Goodwill")
        with self.assertRaises(AccessError):
            first.with_user(collector)._charge_again("Goodwill")
        supervisor = self._create_user("charges_supervisor", "supervisor")
        first.with_user(supervisor)._waive_charges("Goodwill")
        self.assertEqual(first.charge_state, "waived")

    # -- indexed units ------------------------------------------------------------

    def _index(self, *rates):
        unit = self.env["res.currency"].create({"name": "UFX", "symbol": "UF"})
        self.env["res.currency.rate"].create(
            [
                {"currency_id": unit.id, "name": day, "rate": 1 / value}
                for day, value in rates
            ]
        )
        return unit

    def _agree_in_units(self, unit, interest=0):
        agreement = self._agree(("2026-07-15", 1000, interest))
        agreement.write({"index_currency_id": unit.id, "index_value": 10})
        agreement.installment_ids.units = 100
        return agreement

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_run")
    def test_indexation_waits_for_the_value_of_its_day(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-14", 10.3))
        agreement = self._agree_in_units(unit)
        _made, [(_partner, error)] = self._charge("2026-07-15")
        self.assertIn("UFX", str(error))
        first = agreement.installment_ids
        self.assertEqual(first.charge_note, str(error))
        self.env["res.currency.rate"].create(
            {"currency_id": unit.id, "name": "2026-07-15", "rate": 1 / 10.512345}
        )
        self.assertEqual(self._charge("2026-07-16"), (1, []))
        charge = self._charges(agreement)
        self.assertEqual(charge.invoice_line_ids.product_id, self.index)
        self.assertEqual(charge.amount_untaxed, 51.23)

    def test_what_units_leave_out_is_no_loss_of_value(self):
        unit = self._index(("2026-06-30", 38000), ("2026-07-15", 38000))
        agreement = self._agree_in_units(unit)
        agreement.installment_ids.units = 0.0263  # worth 999.40
        self.assertEqual(self._charge("2026-07-15"), (0, []))
        self.assertFalse(self._charges(agreement))

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_run")
    def test_the_debtor_reads_its_language_and_the_house_its_own(self):
        self.env["res.lang"]._activate_lang("es_MX")
        unit = self._index(("2026-06-30", 10))
        agreement = self._agree_in_units(unit, interest=20)
        agreement.partner_id.lang = "es_MX"
        _made, [(_partner, error)] = self._charge("2026-07-15")
        self.assertIn("is not among the rates", str(error))
        agreement.installment_ids.units = 0
        self.assertEqual(self._charge("2026-07-16"), (1, []))
        self.assertIn(
            "Interés de financiamiento",
            self._charges(agreement).invoice_line_ids.name,
        )

    def test_lines_of_the_down_payment_say_so(self):
        agreement = self._agree(("2026-07-15", 1000, 20))
        agreement.installment_ids.number = 0
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        self.assertEqual(
            self._charges(agreement).invoice_line_ids.name,
            f"Financing interest, down payment of {agreement.name}",
        )

    def test_units_that_lost_value_are_credited(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 9.5))
        agreement = self._agree_in_units(unit, interest=20)
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        note = self._charges(agreement)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.amount_untaxed, 30)
        self.assertEqual(self._charge("2026-07-16"), (0, []))
        self.assertLedgerEven()
        self.assertEqual(self._settle(agreement, "2026-07-16"), "kept")

    def test_what_units_are_worth_pays_them_when_they_lost_value(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 3))
        agreement = self._agree(("2026-07-15", 500), ("2026-08-15", 500))
        agreement.write({"index_currency_id": unit.id, "index_value": 10})
        agreement.installment_ids.units = 50
        payment = self._pay_and_match(agreement, 150, "2026-07-15")
        note = self._charges(agreement)
        self.assertRecordValues(
            note,
            [{"move_type": "out_refund", "amount_total": 350, "amount_residual": 0}],
        )
        self.assertTrue(payment.is_reconciled)
        first, second = agreement.installment_ids
        with self._on("2026-07-15"):
            self.assertEqual(
                [(one.state, one.amount_open) for one in (first, second)],
                [("paid", 0), ("pending", 500)],
            )
            items = self._items().search([("agreement_id", "=", agreement.id)])
            self.assertEqual(
                [(item.installment_id, item.amount_residual) for item in items],
                [(second, 500)],
            )
            self.assertEqual(agreement.amount_paid, 500)
            self.assertEqual(agreement.amount_credited, 0)
            self.assertEqual(agreement.amount_charges_paid, 0)
        self.assertLedgerEven()
        with self.assertRaisesRegex(UserError, "no invoice of charges"):
            first._waive_charges("Goodwill")

    def test_at_night_the_note_of_lost_value_is_matched_with_the_debt(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 3))
        agreement = self._agree_in_units(unit)
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        self.assertEqual(self._charges(agreement).amount_residual, 0)
        self.assertEqual(self.invoice.amount_residual, 300)
        self._pay_and_match(agreement, 300, "2026-07-16")
        self.assertEqual(self._settle(agreement, "2026-07-16"), "kept")

    def test_a_note_is_matched_where_the_debt_was_moved(self):
        self.company.cartera_agreement_journal_id = self.misc_journal
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 3))
        product = self._agreement_product(ledger_mode="reclassification")
        agreement = self._agree(("2026-07-15", 1000), product=product)
        agreement.write({"index_currency_id": unit.id, "index_value": 10})
        agreement.installment_ids.units = 100
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        self.assertEqual(agreement.installment_ids.line_ids.amount_residual, 300)
        self._pay_and_match(agreement, 300, "2026-07-16")
        self.assertEqual(agreement.installment_ids.state, "paid")

    def test_paid_ahead_what_units_lost_is_a_credit_of_the_debtor(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 3))
        agreement = self._agree(("2026-07-15", 500), ("2026-08-15", 500))
        agreement.write({"index_currency_id": unit.id, "index_value": 10})
        agreement.installment_ids[0].units = 50
        self._pay(self.invoice, 900, "2026-07-01")
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        self.assertEqual(self._charges(agreement).amount_residual, 250)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertLedgerEven()

    def test_tax_on_interest_can_turn_what_is_charged_into_a_debt(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 9.79))
        agreement = self._agree_in_units(unit, interest=20)
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        charge = self._charges(agreement)
        self.assertRecordValues(
            charge,
            [{"move_type": "out_invoice", "amount_untaxed": -1, "amount_total": 2}],
        )

    def test_units_that_lost_just_the_interest(self):
        unit = self._index(("2026-06-30", 10), ("2026-07-15", 9.8))
        self.interest.taxes_id = False
        self.interest.property_account_income_id = self.company_data[
            "default_account_revenue"
        ].copy({"name": "Interest", "tax_ids": False})
        agreement = self._agree_in_units(unit, interest=20)
        self.assertEqual(self._charge("2026-07-15"), (1, []))
        self.assertEqual(self._charges(agreement).amount_total, 0)
        self._pay_and_match(agreement, 1000, "2026-07-15")
        self.assertEqual(agreement.installment_ids.state, "paid")
