from . import (
    test_aging_policy,
    test_as_of,
    test_case_live,
    test_ledger,
    test_open_item,
    test_run,
    test_stage,
    test_stage_rules,
)
