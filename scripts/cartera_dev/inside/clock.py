"""The moment at which a program believes to be, where who started it names one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "CARTERA_MOMENT"


@contextmanager
def set_clock() -> Iterator[None]:
    """Lets the clock run from the moment in the environment variable, an ISO date and
    time in UTC; without one it stays as it is."""
    moment = os.environ.get(VARIABLE)
    if not moment:
        yield
        return
    from freezegun import freeze_time

    with freeze_time(moment, tick=True):
        yield
