"""Pure calculations, free of the ORM: plain values in, plain values out."""

from . import (
    aging,
    agreement_fill,
    amortization,
    batches,
    contact_rulebook,
    contact_window,
    day_count,
    disputes,
    indexed_units,
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
