"""Pure calculations, free of the ORM: plain values in, plain values out."""

from . import aging, batches, stage_rules
