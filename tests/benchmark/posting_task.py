"""Posts and pays invoices through Odoo, one at a time, as told from outside."""

from datetime import timedelta

from measuring import logged_queries, seconds_of


class Poster:
    """Makes and pays the same invoices in any copy of the same ledger."""

    def __init__(self, env, today):
        self.env = env
        self.today = today
        self.debtors = env["res.partner"].search(
            [("email", "like", "customer%@example.com"), ("parent_id", "=", False)],
            order="id",
            limit=500,
        )
        self.product = env["product.product"].search(
            [("name", "=", "Goods (benchmark)")], limit=1
        )
        self.bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
        self.invoices = {}

    def prepare(self, number):
        """Create the draft of invoice ``number``; not measured."""
        debtor = self.debtors[number * 7 % len(self.debtors)]
        line = {"product_id": self.product.id, "quantity": 1, "price_unit": 100.0}
        self.invoices[number] = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": debtor.id,
                "invoice_date": self.today - timedelta(days=number % 5),
                "invoice_line_ids": [(0, 0, line), (0, 0, line)],
            }
        )
        self._commit()

    def post(self, number):
        """Post it and commit."""
        self.invoices[number].action_post()
        self._commit()

    def pay(self, number):
        """Register its payment, which reconciles the two, and commit."""
        invoice = self.invoices[number]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"journal_id": self.bank.id, "payment_date": self.today}
        ).action_create_payments()
        self._commit()
        assert invoice.payment_state == "paid"

    def _commit(self):
        self.env.cr.commit()
        self.env.invalidate_all()

    def measure(self, action, number):
        """Do one action; return its seconds and number of queries."""
        with logged_queries() as queries:
            _result, seconds = seconds_of(getattr(self, action), number)
        return {"seconds": seconds, "queries": len(queries)}
