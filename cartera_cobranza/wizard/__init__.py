from . import (
    base_partner_merge,
    cartera_aging_as_of,
    cartera_ledger_check,
)
