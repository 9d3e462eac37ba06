"""Pure calculations, free of the ORM: plain values in, plain values out."""

from . import (
    aging,
    batches,
    contact_rulebook,
    contact_window,
    disputes,
    local_days,
    stage_rules,
    statement,
    strategy,
    time_zones,
    wording,
    working_days,
    worklist,
)
