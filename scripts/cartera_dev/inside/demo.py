"""Fills the demo company, lives some of its days, runs the nightly job, and prints what
came of it.

python -m cartera_dev.inside.demo build DATABASE
python -m cartera_dev.inside.demo report DATABASE LANGUAGE
"""

import sys
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from .report import Report
from .session import environment

# Late enough for Tijuana, early enough for the Canaries.
HOUR = time(11, 0)
DAYS_APART = 6
QUEUES = (
    "mail.ir_cron_mail_scheduler_action",
    "sms.ir_cron_sms_scheduler_action",
    "cartera_cobranza.ir_cron_cartera_webhook",
)


def build(database: str) -> None:
    """Gives the main company its debtors, invoices and payments, what was agreed with
    the debtors, and two days at work.

    Nothing is sent from there, then or later: what would is off.
    """
    with environment(database) as env:
        company = env.ref("base.main_company")
        for queue in QUEUES:
            env.ref(queue).active = False
        env["cartera.demo"]._create_demo_data(company)
        env.cr.commit()
        deals = env["cartera.demo.agreements"]
        days = [(moment_of(company, day), day) for day in deals._get_days()]
        days += [(moment, None) for moment in working_hours(company)]
        for moment, day in sorted(days, key=lambda one: one[0]):
            with freeze_time(moment):
                if day is None:
                    env["cartera.demo.dealings"]._work_a_day(company)
                else:
                    deals._live_a_day(company, day)
            env.cr.commit()


def moment_of(company, day: int) -> datetime:
    """The working hour of a day counted from today, in UTC."""
    zone = ZoneInfo(company._get_cartera_tz())
    date = datetime.now(zone).date() + timedelta(days=day)
    moment = datetime.combine(date, HOUR, zone)
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def working_hours(company) -> list[datetime]:
    """A moment of each of the two days at work, of the past and no weekend, in UTC."""
    today = datetime.now(ZoneInfo(company._get_cartera_tz())).date()
    last = today - timedelta(days=1)
    while last.weekday() >= 5:
        last -= timedelta(days=1)
    first = last - timedelta(days=DAYS_APART)
    while first.weekday() >= 5:
        first -= timedelta(days=1)
    return [moment_of(company, (day - today).days) for day in (first, last)]


def report(database: str, language: str) -> None:
    """Runs the nightly job of today and prints the portfolio in `language`.

    Exit code 1 if the job failed, or is being done by another program.
    """
    with environment(database) as env:
        company = env.ref("base.main_company")
        env = env(context={**env.context, "lang": language})
        run = env["cartera.run"].run(company)
        env.cr.commit()
        if not run:
            sys.exit("Another program is doing this company's nightly job just now.")
        Report(env, company, language).print(run.with_env(env))
        if run.state == "failed":
            sys.exit(1)


if __name__ == "__main__":
    {"build": build, "report": report}[sys.argv[1]](*sys.argv[2:])
