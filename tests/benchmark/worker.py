"""One measurement in a process of its own; ``run.py`` starts it and reads its answers.

    python worker.py --database NAME --today 2026-06-30 aging

Answers are lines of JSON on standard output. The task ``posting`` goes on reading
commands (action and number) from standard input.
"""

import argparse
import json
import sys
from datetime import date

from freezegun import freeze_time
from odoo_env import add_database_options, environment


def run_task(env, task, today):
    """Return the answer of a task that is over once answered."""
    from aging_task import measure_aging
    from agreements_task import measure_agreements
    from nightly_task import change_ledger, measure_run
    from screens_task import measure_screens
    from strategy_task import (
        measure_messages,
        measure_planning,
        measure_steps,
        prepare,
    )
    from supervisor_task import measure_supervisor
    from working_year import write_working_year
    from worklist_task import measure_worklist

    tasks = {
        "aging": lambda: measure_aging(env, today),
        "agreements": lambda: measure_agreements(env, today),
        "screens": lambda: measure_screens(env),
        "first night": lambda: measure_run(env, first=True),
        "night": lambda: measure_run(env),
        "change": lambda: change_ledger(env, today),
        "strategies": lambda: prepare(env, today),
        "planning": lambda: measure_planning(env, today),
        "steps": lambda: measure_steps(env, today),
        "messages": lambda: measure_messages(env, today),
        "supervisor": lambda: measure_supervisor(env, today),
        "working year": lambda: write_working_year(env, today),
        "worklist": lambda: measure_worklist(env, today),
    }
    return tasks[task]()


def serve_posting(env, today):
    """Obey ``action number`` lines until the input ends."""
    from posting_task import Poster

    poster = Poster(env, today)
    answer("ready")
    for line in sys.stdin:
        action, number = line.split()
        answer(poster.measure(action, int(number)))


def answer(value):
    """Print one line of JSON for ``run.py``."""
    print(json.dumps(value), flush=True)


def main():
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_database_options(parser)
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    parser.add_argument("task")
    arguments = parser.parse_args()
    # The ledger ends on a fixed day; clocks go on ticking from there.
    with (
        environment(arguments.database, arguments.config) as env,
        freeze_time(f"{arguments.today} 18:00:00", tick=True),
    ):
        if arguments.task == "posting":
            serve_posting(env, arguments.today)
        else:
            answer(run_task(env, arguments.task, arguments.today))


if __name__ == "__main__":
    main()
