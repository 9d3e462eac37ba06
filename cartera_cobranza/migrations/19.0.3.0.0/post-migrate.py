"""To 19.0.3.0.0. A second or two per 100,000 debtors."""


def migrate(cr, version):
    _fill_workers(cr)


def _fill_workers(cr):
    """Whoever has a case works on it: nobody is away yet."""
    cr.execute(
        """
        UPDATE cartera_case SET worker_id = user_id
        WHERE worker_id IS NULL AND user_id IS NOT NULL
        """
    )
