"""Measure the module on a generated ledger; print a table, and JSON on request.

    python tests/benchmark/run.py --size 100000 --database bench [--json FILE]

``--database`` names the ledger without the module: it is created and filled when it is
not there, and stays for the next time. Copies of it, with and without the module, are
measured and dropped again. Every measurement runs in a process of its own on the last
day of the ledger.
"""

import argparse
import json
import statistics
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import databases
from generate import REFERENCE_DATE, generate, load_chart
from ledger_writer import TABLES
from measuring import describe_machine, seconds_of
from odoo_env import add_database_options, environment, vacuum_analyze
from report import format_report

HERE = Path(__file__).parent
MODULE = "cartera_cobranza"
SIZE_PARAMETER = "cartera_benchmark.size"
# The repetitions of posting and paying, in turns with and without the module.
REPETITIONS = 100
WARM_UP = 5
# Days after the last of the ledger: the night that takes in what people have done, the
# one of a Monday that is no holiday where the debtors are, and the one after.
WORK, MONDAY, TUESDAY = 5, 6, 7


class Bench:
    """The databases of one benchmark and the processes that measure in them."""

    def __init__(self, database, config, today=REFERENCE_DATE):
        self.ledger = database
        self.with_module = f"{database}-with"
        self.without_module = f"{database}-without"
        self.config = config
        self.today = today
        self.works = False

    def prepare_ledger(self, size):
        """Create and fill the ledger unless it is there; return its machine's data.

        :raise ValueError: there is a database of that name with another content.
        """
        if not databases.exists(self.ledger):
            say(f"creating {self.ledger}")
            databases.install(self.ledger, "account,l10n_mx")
        with environment(self.ledger, self.config) as env:
            parameters = env["ir.config_parameter"]
            found = int(parameters.get_param(SIZE_PARAMETER, 0)) or env[
                "account.move"
            ].search_count([("move_type", "=", "out_invoice")])
            if not found:
                say(f"writing {size:,} invoices")
                load_chart(env, "mx")
                generate(env, size, self.today)
                parameters.set_param(SIZE_PARAMETER, size)
            elif found != size:
                raise ValueError(
                    f"Database {self.ledger} holds {found:,} invoices, not {size:,}:"
                    " name another one, or drop it."
                )
            env.cr.commit()
            # As autovacuum leaves the tables of a company at work.
            vacuum_analyze(env.cr, ("res_partner", *TABLES))
            return describe_machine(env.cr)

    def prepare_copies(self):
        """Copy the ledger twice and install the module in one; return the seconds."""
        say("copying the ledger and installing the module")
        for name in (self.with_module, self.without_module):
            databases.copy(self.ledger, name)
        _none, seconds = seconds_of(databases.install, self.with_module, MODULE)
        return seconds

    def drop_copies(self):
        """Drop what ``prepare_copies`` made."""
        for name in (self.with_module, self.without_module):
            databases.drop(name)

    def measure(self, task, days_later=0):
        """Run one task of ``worker.py`` and return its answer."""
        say(task)
        day = self.today + timedelta(days=days_later)
        done = subprocess.run(
            self._worker(self.with_module, task, day),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    def measure_nights(self):
        """The first night; after a year of work an ordinary one, and the one after a
        day that changed one in 30."""
        first = self.measure("first night")
        self.prepare_work()
        second = self.measure("night", MONDAY)
        changed = self.measure("change", TUESDAY)
        third = self.measure("night", TUESDAY)
        return {
            "first": first,
            "ordinary": second,
            "ordinary, 1 in 30 changed": {**third, "new invoices": changed},
        }

    def prepare_work(self):
        """Let people work for a year, unless they have."""
        if not self.works:
            self.measure("night", WORK - 1)
            self.measure("working year", TUESDAY)
            self.measure("night", WORK)
            self.works = True

    def measure_work(self, task):
        """Run one task where people have worked for a year."""
        self.prepare_work()
        return self.measure(task, TUESDAY)

    def measure_strategies(self):
        """Planning a night, doing steps without messages, and making messages."""
        self.measure("strategies", MONDAY)
        tasks = ("planning", "steps", "messages")
        return {task: self.measure(task, MONDAY) for task in tasks}

    def measure_posting(self):
        """Post and pay in both copies in turns; return medians and their ratio."""
        say(f"posting and paying, {REPETITIONS} times in turns")
        workers = {
            "without": self._start_posting(self.without_module),
            "with": self._start_posting(self.with_module),
        }
        figures = {action: {side: [] for side in workers} for action in ("post", "pay")}
        for number in range(WARM_UP + REPETITIONS):
            # Who goes first alternates: the second finds a warmer machine.
            sides = sorted(workers, reverse=bool(number % 2))
            for action in ("prepare", "post", "pay"):
                for side in sides:
                    answer = _ask(workers[side], f"{action} {number}")
                    if action in figures and number >= WARM_UP:
                        figures[action][side].append(answer)
        for worker in workers.values():
            worker.stdin.close()
            worker.wait()
        return {action: _compare(**sides) for action, sides in figures.items()}

    def _start_posting(self, database):
        worker = subprocess.Popen(
            self._worker(database, "posting", self.today),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert json.loads(worker.stdout.readline()) == "ready"
        return worker

    def _worker(self, database, task, day):
        command = [sys.executable, str(HERE / "worker.py"), "--database", database]
        if self.config:
            command += ["--config", self.config]
        return [*command, "--today", day.isoformat(), task]


SECTIONS = {
    "nights": Bench.measure_nights,
    "aging": lambda bench: bench.measure_work("aging"),
    "agreements": lambda bench: bench.measure_work("agreements"),
    "screens": lambda bench: bench.measure_work("screens"),
    "supervisor": lambda bench: bench.measure_work("supervisor"),
    "worklist": lambda bench: bench.measure_work("worklist"),
    "posting": Bench.measure_posting,
    # Last: it forgets what people have done.
    "strategies": Bench.measure_strategies,
}


def _ask(worker, command):
    worker.stdin.write(command + "\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def _compare(without, **sides):
    (with_module,) = sides.values()
    seconds = {
        "without_s": [answer["seconds"] for answer in without],
        "with_s": [answer["seconds"] for answer in with_module],
    }
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    pairs = zip(seconds["with_s"], seconds["without_s"], strict=True)
    return {
        **medians,
        "ratio": medians["with_s"] / medians["without_s"],
        # Neighbours in time share the noise of the machine.
        "ratio_of_pairs": statistics.median(one / other for one, other in pairs),
        "queries_without": statistics.median(a["queries"] for a in without),
        "queries_with": statistics.median(a["queries"] for a in with_module),
        "repetitions": len(without),
    }


def say(text):
    """Tell the progress, apart from the results."""
    print(f"... {text}", file=sys.stderr, flush=True)


def main():
    """Command line entry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_database_options(parser)
    parser.add_argument("--size", type=int, required=True, help="number of invoices")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=SECTIONS,
        help="measure these alone; the rest of the JSON file is left as it is",
    )
    parser.add_argument("--date", type=date.fromisoformat, default=REFERENCE_DATE)
    parser.add_argument(
        "--keep", action="store_true", help="keep the copies for a closer look"
    )
    arguments = parser.parse_args()
    databases.connect(arguments.database, arguments.config)
    bench = Bench(arguments.database, arguments.config, arguments.date)
    result = {"size": arguments.size, "machine": bench.prepare_ledger(arguments.size)}
    try:
        result["install_s"] = bench.prepare_copies()
        for section in arguments.only or SECTIONS:
            result[section] = SECTIONS[section](bench)
    finally:
        if not arguments.keep:
            bench.drop_copies()
    if arguments.json:
        if arguments.only and arguments.json.exists():
            result = json.loads(arguments.json.read_text()) | result
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    print(format_report([result]))


if __name__ == "__main__":
    main()
