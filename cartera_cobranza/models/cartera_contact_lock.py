from odoo import models
from odoo.tools import SQL

LOCK_NAME = "cartera.contact.gate"

# Debtors that a transaction locks one by one. All sessions of the server share one
# table of locks, of 6,400 places where nobody changed it.
FEW = 500


class CarteraContactLock(models.AbstractModel):
    """Of those who are about to contact the same debtor, lets one through at a time.

    The locks are PostgreSQL's advisory ones, not rows: whoever waited for a row that
    was changed meanwhile would fail, and the nightly refresh would wait for contacts.
    """

    _name = "cartera.contact.lock"
    _description = "Lock of the Contact Gate"

    def _lock(self, cases):
        """Let nobody else pass with the debtors of these cases until the transaction
        ends.

        Whoever has more than a few debtors in a transaction locks the creditor, in
        which all others have a share. Always in one order, so that nobody waits in a
        circle.
        """
        pairs = set(self._get_pairs(cases).values())
        # As long as the transaction, so that many small requests are many debtors too.
        held = self.env.cr.postcommit.data.setdefault(LOCK_NAME, set())
        held |= pairs
        creditors = sorted({creditor_id for creditor_id, _debtor_id in pairs})
        if len(held) > FEW:
            self._lock_creditors(creditors, SQL("pg_advisory_xact_lock"))
            return
        self._lock_creditors(creditors, SQL("pg_advisory_xact_lock_shared"))
        pairs = sorted(pairs)
        self.env.cr.execute(
            SQL(
                """
                SELECT pg_advisory_xact_lock(
                    hashtext(%s || '/' || creditor_id), debtor_id
                )
                FROM unnest(%s::int[], %s::int[]) AS debtor (creditor_id, debtor_id)
                """,
                LOCK_NAME,
                [creditor_id for creditor_id, _debtor_id in pairs],
                [debtor_id for _creditor_id, debtor_id in pairs],
            )
        )

    def _lock_creditors(self, creditor_ids, function):
        self.env.cr.execute(
            SQL(
                "SELECT %s(hashtext(%s), id) FROM unnest(%s::int[]) AS id",
                function,
                LOCK_NAME,
                creditor_ids,
            )
        )
