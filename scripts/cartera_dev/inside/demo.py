"""Fills the demo company, runs the nightly job, and prints what came of it.

python -m cartera_dev.inside.demo build DATABASE
python -m cartera_dev.inside.demo report DATABASE LANGUAGE
"""

import sys

from .report import Report
from .session import environment


def build(database: str) -> None:
    """Gives the main company its debtors, invoices and payments."""
    with environment(database) as env:
        env["cartera.demo"]._create_demo_data(env.ref("base.main_company"))


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
