from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import tagged
from odoo.tools import file_path

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install", "cartera")
class TestPromiseMigration(PromiseCommon):
    """What cases had noted of promises in older versions becomes promises."""

    def _note(self, day, amount, made_on, case=None):
        """Write a promise on the case, as versions before did."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cartera_case SET promise_date = %s, promise_amount = %s, "
            "promise_made_on = %s WHERE id = %s",
            [day, amount, made_on, (case or self.case).id],
        )
        self.env.invalidate_all()

    def _migrate(self):
        path = "cartera_cobranza/migrations/19.0.3.0.0/post-migrate.py"
        spec = spec_from_file_location("post_migrate", file_path(path))
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module._carry_over_promises(self.env.cr)
        for step in ("noted", "owed", "carried"):
            self.env.cr.execute(f"DROP TABLE cartera_promise_{step}")
        self.env.invalidate_all()

    def test_a_promise_that_runs(self):
        newer = self._invoice(500, "2026-05-01", due="2026-06-01")
        self._note("2026-07-05", 1200, "2026-06-20")
        self._pay(self.invoice, 300, "2026-06-25")
        self._migrate()
        promise = self.case.promise_ids
        self.assertPromise(promise, "open", 300)
        self.assertRecordValues(
            promise,
            [{"amount": 1200, "level": 1, "tolerance_days": 2, "tolerance_percent": 1}],
        )
        self.assertRecordValues(
            promise.item_ids,
            [
                {"line_id": self.line.id, "amount": 1000, "amount_open": 1000},
                {
                    "line_id": self._receivable_lines(newer).id,
                    "amount": 200,
                    "amount_open": 500,
                },
            ],
        )
        self.assertEqual(promise.item_ids.mapped("is_open"), [True, True])
        self.assertEqual(promise.change_ids.mapped("state_to"), ["open"])
        self.assertEqual(self._read_case().promise_amount, 900)

    def test_whether_a_past_one_was_kept_follows_from_the_ledger(self):
        other = self._create_debtor("Ferretería La Tuerca")
        self._invoice(100, "2026-04-01", partner=other)
        broken = self._case(other)
        self._pay(self.invoice, 1000, "2026-06-15")
        self._invoice(500, "2026-05-01", due="2026-06-01")
        self._note("2026-06-16", 1000, "2026-06-10")
        self._note("2026-06-16", 100, "2026-06-10", case=broken)
        self._migrate()
        self.env.cr.execute("SELECT partner_id FROM cartera_case_queue")
        queued = {partner_id for (partner_id,) in self.env.cr.fetchall()}
        self.assertLessEqual({self.debtor.id, other.id}, queued)
        self._judge()
        self.assertPromise(self.case.promise_ids, "kept", 1000)
        self.assertEqual(broken.promise_ids.state, "broken")
        self.assertFalse(self._read_case(broken).promise_date)

    def test_once_only_and_nothing_without_items(self):
        empty = self._create_debtor("Sin Deuda")
        invoice = self._invoice(10, "2026-04-01", partner=empty)
        case = self._case(empty)
        invoice.button_draft()
        self._note("2026-07-05", 10, "2026-06-20", case=case)
        self._note("2026-07-05", 1000, "2026-06-20")
        self._migrate()
        self._migrate()
        self.assertEqual(len(self.case.promise_ids), 1)
        self.assertFalse(case.promise_ids)
        self.assertFalse(case.promise_date)
