"""Turn the JSON files of ``run.py`` into the tables of docs/performance.md.

python tests/benchmark/report.py 10k.json 100k.json 1m.json
"""

import json
import sys
from pathlib import Path


def format_report(results):
    """Return the Markdown tables of one or more results, smallest size first."""
    results = sorted(results, key=lambda result: result["size"])
    sizes = [f"{result['size']:,}" for result in results]
    sections = [
        ("aging", "Against hand-written SQL (ratio; module s / SQL s)", _aging_rows),
        ("agreements", "With agreements in force", _agreement_rows),
        ("nights", "The night (seconds; peak memory)", _night_rows),
        ("screens", "Screens (seconds; slowest query in ms; queries)", _screen_rows),
        ("strategies", "Strategies and messages", _strategy_rows),
        ("worklist", "The worklist", _worklist_rows),
        ("supervisor", "Supervisor and teams", _supervisor_rows),
        (
            "posting",
            "Posting and paying (ratio with / without the module)",
            _posting_rows,
        ),
    ]
    lines = []
    for section, title, rows_of in sections:
        columns = [
            rows_of(result[section]) if section in result else {} for result in results
        ]
        names = list(dict.fromkeys(name for column in columns for name in column))
        if not names:
            continue
        lines += [_row(title, sizes), _row("---", ["---:"] * len(sizes))]
        lines += [
            _row(name, [column.get(name, "") for column in columns]) for name in names
        ]
        lines.append("")
    return "\n".join(lines)


def _row(name, cells):
    return f"| {name} | {' | '.join(cells)} |"


def _aging_rows(aging):
    rows = {}
    for name, figures in aging.items():
        best = min(figures["sql_s"].values())
        bare = min(figures["sql_without_our_index_s"].values())
        module = figures["module_s"]
        rows[f"{name}, SQL on Odoo's own indexes"] = (
            f"**{figures['ratio_without_our_index']:.2f}** ({module:.3f} / {bare:.3f})"
        )
        rows[f"{name}, SQL helped by our index too"] = (
            f"{figures['ratio']:.2f} ({module:.3f} / {best:.3f})"
        )
        rows[f"{name}, of which the module's query"] = (
            f"{figures['module_queries_s']:.3f} s for {figures['groups']:,} groups"
        )
    return rows


def _agreement_rows(figures):
    aging, before, after = (
        figures[name] for name in ("aging", "refresh_before", "refresh")
    )
    judging = figures["judging"]
    return {
        "agreements; items they cover": (
            f"{figures['agreements']:,}; {figures['items']:,}"
        ),
        "aging of today, SQL on Odoo's own indexes (ratio; module s / SQL s)": (
            f"**{aging['ratio_without_our_index']:.2f}** ({aging['module_s']:.3f} /"
            f" {min(aging['sql_without_our_index_s'].values()):.3f})"
        ),
        "aging of today, SQL helped by our index too": (
            f"{aging['ratio']:.2f} ({aging['module_s']:.3f} / {aging['sql_s']:.3f})"
        ),
        "refresh of all cases, without and with them": (
            f"{before['all_s']:.2f}; {after['all_s']:.2f} s"
        ),
        "refresh of one case, without and with": (
            f"{1000 * before['one_s']:.1f}; {1000 * after['one_s']:.1f} ms"
        ),
        "judging them at night, all changed, against SQL by hand": (
            f"**{judging['ratio']:.2f}** ({judging['all_changed_s']:.2f} /"
            f" {judging['sql_s']:.2f} s; {judging['memory_peak_mib']:.0f} MiB)"
        ),
        "judging them at night, nothing changed": f"{judging['idle_s']:.2f} s",
        "judging them for the first time": f"{judging['first_s']:.2f} s",
    }


def _night_rows(nights):
    rows = {}
    for name, figures in nights.items():
        rows[f"{name} run"] = (
            f"**{figures['seconds']:.2f} s**; {figures['memory_peak_mib']:.0f} MiB"
            f" ({figures['memory_before_mib']:.0f} before)"
        )
        for phase, seconds in figures["phases_s"].items():
            records = figures["records"][phase]
            rows[f"{name}: {phase}"] = f"{seconds:.2f} s; {records:,} records"
    return rows


def _screen_rows(screens):
    return {
        name: f"{figures['seconds']:.3f}; {1000 * figures['slowest_s']:.0f};"
        f" {figures['queries']}"
        for name, figures in screens.items()
    }


def _strategy_rows(strategies):
    rows = {}
    planning = strategies["planning"]
    debtors = planning["debtors"]
    rows["planning a night, against SQL by hand"] = (
        f"**{planning['seconds'] / planning['by_hand_s']:.2f}**"
        f" ({planning['seconds']:.2f} / {planning['by_hand_s']:.2f} s;"
        f" {planning['steps']:,} steps of {debtors:,} debtors)"
    )
    rows["a simulation that tells of everybody"] = (
        f"{planning['told_s']:.2f} s; {planning['told_lines']:,} lines"
    )
    steps = strategies["steps"]
    rows["planning a night after one that did much"] = (
        f"{steps['again_s']:.2f} s; {steps['steps']:,} steps done"
    )
    rows["a step without a message, planned and done"] = (
        f"**{_each(steps, 'plan_s', 'do_s')}** ({steps['steps']:,})"
    )
    messages = strategies["messages"]
    rows["an e-mail, planned, rendered and queued"] = (
        f"**{_each(messages, 'plan_s', 'do_s', 'dispatch_s')}** ({messages['steps']:,})"
    )
    rows["of which planned and in the outbox"] = _each(messages, "plan_s", "do_s")
    rows["of which through the gate, rendered and queued"] = _each(
        messages, "dispatch_s"
    )
    for name, figures in strategies.items():
        rows[f"peak memory: {name}"] = (
            f"{figures['memory_peak_mib']:.0f} MiB"
            f" ({figures['memory_before_mib']:.0f} before)"
        )
    return rows


def _supervisor_rows(supervisor):
    return {
        f"dealing {supervisor['dealt']:,} cases": f"{supervisor['deal_s']:.2f} s",
        f"transfer of {supervisor['transferred']:,}": (
            f"{supervisor['transfer_s']:.2f} s"
        ),
        "collected in the month": f"{supervisor['collected_s']:.2f} s",
        **_screen_rows(supervisor["screens"]),
    }


def _worklist_rows(worklist):
    rows = {
        "made at night, against SQL by hand without points": (
            f"**{worklist['first_s'] / worklist['by_hand_s']:.2f}**"
            f" ({worklist['first_s']:.2f} / {worklist['by_hand_s']:.2f} s;"
            f" {worklist['entries']:,} entries)"
        ),
        "the night after": f"{worklist['next_s']:.2f} s",
        "one debtor": f"{1000 * worklist['one_debtor_s']:.1f} ms",
        "one debtor whose ledger changed, whole": (
            f"{1000 * worklist['queue_s']:.1f} ms"
        ),
        "peak memory": f"{worklist['memory_peak_mib']:.0f} MiB"
        f" ({worklist['memory_before_mib']:.0f} before)",
    }
    screens = _screen_rows(worklist["screens"])
    return rows | {
        f"{name} (s; slowest query ms; queries)": row for name, row in screens.items()
    }


def _each(figures, *parts):
    """Milliseconds per step of the parts together."""
    seconds = sum(figures[part] for part in parts)
    return f"{1000 * seconds / figures['steps']:.2f} ms"


def _posting_rows(posting):
    return {
        f"{action} one invoice": f"**{figures['ratio_of_pairs']:.3f}**"
        f" ({1000 * figures['with_s']:.0f} / {1000 * figures['without_s']:.0f} ms;"
        f" {figures['queries_with']:.0f} / {figures['queries_without']:.0f} queries)"
        for action, figures in posting.items()
    }


def main():
    """Command line entry."""
    results = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    for result in sorted(results, key=lambda result: result["size"]):
        print(f"{result['size']:,}: {json.dumps(result['machine'])}\n")
    print(format_report(results))


if __name__ == "__main__":
    main()
