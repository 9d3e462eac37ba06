"""To 19.0.2.0.0. A second or two per 100,000 debtors."""


def migrate(cr, version):
    """Count the arrears that are there as each debtor's first episode.

    It began when the oldest item that is still owed fell due, or before: that day is
    the only one that the ledger tells at once.
    """
    cr.execute(
        """
        UPDATE cartera_case
        SET episode = 1, episode_date = date_oldest_due + 1
        WHERE date_oldest_due IS NOT NULL AND episode = 0
        """
    )
