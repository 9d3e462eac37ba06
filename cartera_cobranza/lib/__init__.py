"""Pure calculations, free of the ORM: plain values in, plain values out."""

from . import (
    aging,
    amortization,
    batches,
    contact_rulebook,
    contact_window,
    day_count,
    disputes,
    local_days,
    rates,
    rounding,
    schedule_dates,
    stage_rules,
    statement,
    strategy,
    time_zones,
    wording,
    working_days,
    worklist,
)
