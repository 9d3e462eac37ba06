"""Call lists and their results as CSV files."""

import csv
import io
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import UserError

from ..lib.dialer_values import read_amount, read_moment
from .cartera_dialer import MAX_LIST, MAX_RESULTS

LIST_COLUMNS = (
    "case_id",
    "name",
    "contact",
    "phone",
    "amount",
    "currency",
    "days_overdue",
    "language",
    "callable_until",
)
RESULT_COLUMNS = (
    "key",
    "case_id",
    "date",
    "phone",
    "result",
    "note",
    "promise_date",
    "promise_amount",
)
REQUIRED_COLUMNS = ("key", "case_id", "date", "result")


class CarteraDialer(models.AbstractModel):
    _inherit = "cartera.dialer"

    @api.model
    def _get_call_file(self, company):
        """The call list as CSV, UTF-8 with a mark that spreadsheets look for."""
        rows = self.get_call_list(MAX_LIST, company.id)
        file = io.StringIO()
        writer = csv.DictWriter(file, LIST_COLUMNS)
        writer.writeheader()
        for row in rows:
            texts = {name: _defuse(row[name]) for name in ("name", "contact")}
            writer.writerow({**row, **texts})
        return file.getvalue().encode("utf-8-sig")

    @api.model
    def _register_file(self, content):
        """Log the results of a CSV file.

        :param content: bytes, UTF-8 or Latin-1, with commas, semicolons or tabs
        :return: answers as of ``register_results``, each with the ``line`` of the file
        :raise UserError: when it is not such a file
        """
        rows = self._read_file(content)
        results = [self._read_row(row) for row in rows]
        answers = []
        for start in range(0, len(results), MAX_RESULTS):
            answers += self.register_results(results[start : start + MAX_RESULTS])
        # The first line holds the names of the columns.
        return [{"line": line, **answer} for line, answer in enumerate(answers, 2)]

    def _read_file(self, content):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
        missing = set(REQUIRED_COLUMNS).difference(reader.fieldnames or ())
        if missing:
            raise UserError(
                self.env._(
                    "The first line of the file must name the columns %(columns)s; "
                    "missing: %(missing)s.",
                    columns=", ".join(RESULT_COLUMNS),
                    missing=", ".join(sorted(missing)),
                )
            )
        try:
            return list(reader)
        except csv.Error as error:
            raise UserError(
                self.env._("The file cannot be read as CSV: %s", error)
            ) from error

    def _read_row(self, row):
        """A row of texts as ``register_results`` wants it; what cannot be read stays,
        for that to say what is wrong."""
        values = {name: (row.get(name) or "").strip() for name in RESULT_COLUMNS}
        if values["case_id"].isdecimal():
            values["case_id"] = int(values["case_id"])
        values["date"] = self._add_zone(values["date"])
        amount = values.pop("promise_amount")
        if amount:
            values["promise_amount"] = self._to_number(amount)
        return values

    def _to_number(self, text):
        """The number that a text is, or the text."""
        try:
            return read_amount(text)
        except ValueError:
            return text

    def _add_zone(self, text):
        """A date without offset is of the clock of whoever brings the file."""
        try:
            moment = read_moment(text)
        except ValueError:
            return text
        if not moment.tzinfo:
            moment = moment.replace(tzinfo=ZoneInfo(self.env.user.tz or "UTC"))
        return moment.isoformat()


def _defuse(text):
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text
