"""Lives through days with the clock set to them: what people do in the morning, the
night's run, and what it left to send, every few hours."""

from datetime import date, datetime, time, timedelta

from freezegun import freeze_time
from outside_world import OutsideWorld

# Hours of UTC: the night of a Mexican company, and the dispatches until the next one.
NIGHT = 9
DISPATCHES = (10, 13, 16, 19, 22, 25, 28, 31)

# The company writes from an address and says how to pay, plans run by themselves, there
# are no bank statements to wait for, and who calls at a forbidden hour is stopped.
SETTINGS = {
    "email": "cobranza@example.com",
    "cartera_payment_instructions": "Transfer to 012 345 678901234567",
    "cartera_plan_approval": "automatic",
    "cartera_bank_lag_days": 0,
    "cartera_contact_strictness": "block",
}


def live_through(env, first, days, begin, wake, collect=None, tell=None):
    """Lives through ``days`` days from ``first`` on.

    :param begin: called before the first day
    :param wake: called every morning with the number of the day, from 0, and the day
    :param collect: called every few hours, for what people do at work
    :param tell: called every evening, like ``wake``
    :return: what went wrong, one sentence each; the :class:`OutsideWorld`
    """
    company = env.ref("base.main_company")
    failures = []
    with freeze_time(_moment(first, NIGHT - 2)) as clock, OutsideWorld(env) as world:
        company.write(SETTINGS)
        begin()
        env.cr.commit()
        for number in range(days):
            day = first + timedelta(days=number)
            clock.move_to(_moment(day, NIGHT - 1))
            wake(number, day)
            env.cr.commit()
            clock.move_to(_moment(day, NIGHT))
            failures += _run_night(env, company, day)
            for hour in DISPATCHES:
                clock.move_to(_moment(day, hour))
                world.dispatch()
                if collect:
                    collect()
                env.cr.commit()
            if tell:
                tell(number, day)
    return failures, world


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time.min) + timedelta(hours=hour)


def _run_night(env, company, day) -> list[str]:
    run = env["cartera.run"].run(company)
    failures = [f"{day}: {error.message}" for error in run.error_ids]
    if run.state != "done":
        failures.append(f"{day}: run {run.state}")
    return failures
