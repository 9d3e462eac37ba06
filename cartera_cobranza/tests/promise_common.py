from contextlib import nullcontext

from odoo import fields

from .common import CarteraCommon


class PromiseCommon(CarteraCommon):
    """A debtor with one overdue invoice of 1,000, and short builders of promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promise_policy = cls.env.ref(
            "cartera_cobranza.cartera_promise_policy_general"
        )
        cls.invoice = cls._invoice(1000, "2026-04-01", due="2026-05-01")
        cls.line = cls._receivable_lines(cls.invoice)
        cls.case = cls._case()

    def _promise(self, *installments, lines=None, case=None, **vals):
        """A promise of ``(ISO date, amount)`` payments; 1,000 on July 10 by default."""
        return (case or self.case)._take_promise(
            {
                "installments": list(installments) or [("2026-07-10", 1000)],
                "line_ids": lines.ids if lines else None,
                **vals,
            }
        )

    def _judge(self, day=None):
        """Judge all promises as the night of ISO ``day`` does."""
        engine = self.env["cartera.promise.engine"]
        self.env.flush_all()
        return engine._judge(self.company, fields.Date.to_date(day or "2026-06-30"))

    def _read_case(self, case=None):
        """What a reader of the case finds, who brings in what changed."""
        case = case or self.case
        return self.env["cartera.case"].search([("id", "=", case.id)])

    def assertPromise(self, promise, state, kept=0, day=None):
        """Find the promise judged so on ISO ``day``, by whoever reads the case."""
        with self._on(day) if day else nullcontext():
            if day:
                self._judge(day)
            else:
                self._read_case()
            # Whoever reads brings in what is pending, as of the day.
            self.assertEqual((promise.state, promise.amount_kept), (state, kept))
