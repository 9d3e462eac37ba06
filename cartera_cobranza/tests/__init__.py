from . import (
    test_aging_policy,
    test_as_of,
    test_case_live,
    test_demo,
    test_ledger,
    test_open_item,
    test_partner_invoice,
    test_run,
    test_security,
    test_stage,
    test_stage_rules,
    test_tours,
)
