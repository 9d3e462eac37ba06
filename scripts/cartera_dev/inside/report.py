"""The portfolio on a terminal: aging, cases by stage, and the last nightly run."""

from collections.abc import Iterable, Sequence

from odoo.tools.misc import formatLang

WORDS = {
    "en": {
        "aging": "Aging of {company} ({currency})",
        "bucket": "Bucket",
        "items": "Items",
        "amount": "Amount",
        "credits": "Credits",
        "total": "Total",
        "cases": "Cases by stage",
        "stage": "Stage",
        "debtors": "Debtors",
        "overdue": "Gross overdue",
        "proposed": "Proposed",
        "run": "Nightly run of {date}: {state}, {seconds:.2f} s",
        "phase": "Phase",
        "records": "Records",
        "seconds": "Seconds",
        "state": "State",
        "error": "Error",
    },
    "es": {
        "aging": "Antigüedad de saldos de {company} ({currency})",
        "bucket": "Edad",
        "items": "Partidas",
        "amount": "Importe",
        "credits": "Saldos a favor",
        "total": "Total",
        "cases": "Expedientes por etapa",
        "stage": "Etapa",
        "debtors": "Deudores",
        "overdue": "Vencido bruto",
        "proposed": "Propuestos",
        "run": "Corrida nocturna del {date}: {state}, {seconds:.2f} s",
        "phase": "Fase",
        "records": "Registros",
        "seconds": "Segundos",
        "state": "Estado",
        "error": "Error",
    },
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]], foot=None) -> str:
    """Rows in columns as wide as they need: the first to the left, the rest right."""
    rows = list(rows)
    every = [head, *rows, *([foot] if foot else [])]
    widths = [max(len(row[i]) for row in every) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        first, *rest = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(["", first, *rest]).rstrip()

    rule = "  " + "-" * (sum(widths) + 2 * (len(widths) - 1))
    lines = [line(head), rule, *map(line, rows)]
    return "\n".join(lines + ([rule, line(foot)] if foot else []))


class Report:
    """What `make demo` prints about one company, in one language."""

    def __init__(self, env, company, language: str):
        self.env = env
        self.company = company
        self.words = WORDS["es" if language.startswith("es") else "en"]

    def print(self, run) -> None:
        """Prints the aging, the cases, and what `run` did."""
        for part in (self.aging(), self.cases(), self.run(run)):
            print(f"\n{part}")

    def aging(self) -> str:
        """Open items by bucket, credits last, in company currency."""
        groups = self.env["cartera.open.item"]._read_group(
            [("company_id", "=", self.company.id)],
            ["bucket_id"],
            ["__count", "amount_residual:sum"],
        )
        groups.sort(key=lambda group: (not group[0], group[0].day_from))
        rows = [
            (bucket.name or self.words["credits"], str(count), self._money(amount))
            for bucket, count, amount in groups
        ]
        total = sum(amount for _bucket, _count, amount in groups)
        count = sum(count for _bucket, count, _amount in groups)
        title = self.words["aging"].format(
            company=self.company.name, currency=self.company.currency_id.name
        )
        foot = (self.words["total"], str(count), self._money(total))
        return f"{title}\n{table(self._head('bucket', 'items', 'amount'), rows, foot)}"

    def cases(self) -> str:
        """How many debtors stand in each stage, what they owe that is overdue before
        credits, and how many the rules propose for it."""
        of_company = [("company_id", "=", self.company.id)]
        cases = self.env["cartera.case"]
        standing = {
            stage: (count, overdue)
            for stage, count, overdue in cases._read_group(
                of_company, ["stage_id"], ["__count", "amount_overdue:sum"]
            )
        }
        proposed = dict(
            cases._read_group(of_company, ["stage_proposed_id"], ["__count"])
        )
        rows = []
        for stage in self.env["cartera.stage"]._get_stages(self.company):
            count, overdue = standing.get(stage, (0, 0))
            rows.append(
                (
                    stage.name,
                    str(count),
                    self._money(overdue),
                    f"{proposed.get(stage, 0)}",
                )
            )
        head = self._head("stage", "debtors", "overdue", "proposed")
        return f"{self.words['cases']}\n{table(head, rows)}"

    def run(self, run) -> str:
        """The phases of a nightly run with their counts and seconds, and its errors."""
        rows = [
            (
                self._label(phase, "phase"),
                str(phase.record_count),
                f"{phase.seconds:.2f}",
                self._label(phase, "state"),
            )
            for phase in run.phase_ids
        ]
        title = self.words["run"].format(
            date=run.date, state=self._label(run, "state"), seconds=run.seconds
        )
        errors = [f"  {self.words['error']}: {e.display_name}" for e in run.error_ids]
        head = self._head("phase", "records", "seconds", "state")
        return "\n".join([title, table(head, rows), *errors])

    def _head(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.words[key] for key in keys)

    def _label(self, record, field: str) -> str:
        choices = record._fields[field]._description_selection(self.env)
        return dict(choices)[record[field]]

    def _money(self, amount: float) -> str:
        return formatLang(self.env, amount, digits=2)
