from . import test_stage_rules
