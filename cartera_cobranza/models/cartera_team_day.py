from odoo import api, fields, models
from odoo.tools import SQL

from . import cartera_team_day_records  # noqa: F401  (inherited: it comes first)
from . import team_day_sql as sql

# Rows of all companies have ids of their own: a company's users stay below this.
IDS_PER_COMPANY = 1_000_000


def figure(field_class, label, help_text, **kwargs):
    """A figure of the day; all but shares are summed over people."""
    return field_class(string=label, readonly=True, help=help_text, **kwargs)


def count(label, help_text):
    return figure(fields.Integer, label, help_text)


def money(label, help_text):
    return figure(fields.Monetary, label, help_text)


def share(label, help_text):
    return figure(fields.Float, label, help_text, aggregator="avg")


class CarteraTeamDay(models.Model):
    """One row per collector and company: what there is to do today, what was done,
    and what the month has brought, as it stands this moment.

    Nothing is stored. The row without collector holds the cases that nobody has. Work
    counts for whoever does it today, the result of the month for the collector of the
    case, who does not lose it by an absence.
    """

    _name = "cartera.team.day"
    _description = "Team Today"
    _inherit = ["cartera.team.day.records"]
    _auto = False
    _rec_name = "user_id"
    _order = "unworked_count desc, id"

    # -- who ----------------------------------------------------------------------
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    team_id = fields.Many2one("cartera.team", readonly=True)
    substitute_id = fields.Many2one(
        "res.users",
        string="Away: Substitute",
        readonly=True,
        help="The collector is away today, and this person does the work.",
    )
    # -- today's work -------------------------------------------------------------
    case_count = count("Works On", "Open cases that he or she works on today.")
    owned_count = count("Own Cases", "Open cases of which he or she is the collector.")
    due_count = count("On the Worklist", "Cases whose next action is due today.")
    worked_count = count(
        "Worked", "Cases whose debtor somebody had a contact with today."
    )
    unworked_count = count(
        "Still to Do", "Cases on the worklist that nobody had a contact with today."
    )
    neglected_count = count(
        "Neglected", "Cases without attention for longer than their segment allows."
    )
    done_share = share(
        "Done (%)", "Worked / (worked + still to do) × 100, of today's cases."
    )
    capacity = count("Capacity", "Debtors that he or she can work on in a day.")
    capacity_share = share("Capacity Used (%)", "Worked / capacity × 100.")
    # -- value --------------------------------------------------------------------
    amount_overdue = money("Overdue", "Overdue amount of the cases worked on.")
    amount_worked = money(
        "Covered Today", "Overdue amount of the cases that were worked today."
    )
    amount_collectable = money(
        "Overdue Collectable",
        "What may be asked for now, of the cases on the worklist.",
    )
    amount_attended = money(
        "Covered in the Month",
        "Overdue collectable amount of the cases that somebody looked after this "
        "month.",
    )
    covered_share = share(
        "Covered (%)",
        "Covered in the month / overdue collectable × 100, by amount.",
    )
    # -- contacts today -----------------------------------------------------------
    contact_count = count("Contacts", "Contacts that he or she logged today.")
    reached_count = count("Right Party", "Contacts of today with the debtor.")
    third_party_count = count("Third Party", "Contacts of today with somebody else.")
    no_answer_count = count("No Answer", "Attempts of today that nobody answered.")
    wrong_count = count("Wrong Number", "Attempts of today at a wrong number.")
    # -- promises -----------------------------------------------------------------
    promise_count = count(
        "Promises", "Promises taken today, without those refused or withdrawn."
    )
    amount_promised = money(
        "Promised", "Amount of the promises taken today, at today's rates."
    )
    promise_due_count = count(
        "Promises Due", "Open promises of the cases with a payment for today."
    )
    amount_kept = money(
        "Kept in the Month",
        "Paid in time toward the instalments of promises, taken by him or her, that "
        "were judged this month.",
    )
    amount_broken = money(
        "Broken in the Month",
        "What was missing from the instalments of promises, taken by him or her, that "
        "were judged this month.",
    )
    kept_share = share("Kept (%)", "Kept / (kept + broken) × 100, by amount.")
    dispute_late_count = count(
        "Late Disputes", "Disputes of the cases not answered by their deadline."
    )
    # -- result of the month ------------------------------------------------------
    amount_collected = money(
        "Collected in the Month",
        "Payments by bank, cash or card dated this month that are matched with what "
        "the debtors of his or her own cases owed.",
    )
    target = money("Monthly Target", "To be collected in the month.")
    attained_share = share("Attained (%)", "Collected / monthly target × 100.")

    _depends = {
        "account.journal": ["type"],
        "cartera.case": [
            "amount_collected",
            "amount_overdue",
            "company_id",
            "item_count",
            "month_collected",
            "user_id",
            "worker_id",
        ],
        "cartera.contact": ["case_id", "company_id", "date", "reached", "user_id"],
        "cartera.dispute": ["case_id", "date_deadline", "state"],
        "cartera.promise": [
            "amount",
            "case_id",
            "currency_id",
            "date_made",
            "state",
            "user_id",
        ],
        "cartera.promise.installment": [
            "amount",
            "amount_kept",
            "date",
            "date_judged",
            "promise_id",
            "state",
        ],
        "cartera.substitution": ["date_from", "date_to", "substitute_id", "user_id"],
        "cartera.team.member": ["capacity", "target", "team_id", "user_id"],
        "cartera.worklist.entry": [
            "amount",
            "case_id",
            "company_id",
            "date_attended",
            "date_next",
            "is_starved",
            "user_id",
        ],
    }

    @api.model
    def _search(self, domain, *args, **kwargs):
        """What changed in the ledger since the last read is brought in first."""
        self.env["cartera.case.queue"]._apply_pending()
        return super()._search(domain, *args, **kwargs)

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """What the rules of access read comes along: each query sums it all up."""
        if field_names is not None:
            field_names = {*field_names, "company_id", "user_id"}
        return super().search_fetch(domain, field_names, offset, limit, order)

    # -- the view -----------------------------------------------------------------

    @property
    def _table_query(self):
        return SQL(
            "WITH %s %s %s",
            sql.get_parts(self._get_days()),
            self._select(),
            self._from(),
        )

    @api.model
    def _get_days(self):
        """The day, the month and the currency of each company that was selected."""
        rows = []
        for company in self.env.companies.sudo():
            today = company._get_cartera_today()
            start, stop = company._get_cartera_day_bounds(today)
            rows.append(
                (
                    company.id,
                    company.root_id.id,
                    company.currency_id.id,
                    today,
                    today.replace(day=1),
                    start,
                    stop,
                )
            )
        return rows

    @api.model
    def _select(self):
        """Columns of the view."""
        plain = SQL(", ").join(
            SQL(
                "COALESCE(%s, 0) AS %s",
                SQL.identifier(table, name),
                SQL.identifier(name),
            )
            for table, names in sql.FIGURES.items()
            for name in names
        )
        shares = SQL(", ").join(
            SQL(
                "COALESCE(100 * %s / NULLIF(%s, 0), 0)::float AS %s",
                part,
                whole,
                SQL.identifier(name),
            )
            for name, (part, whole) in sql.SHARES.items()
        )
        return SQL(
            """
            SELECT
                person.company_id::bigint * %s + COALESCE(person.user_id, 0) AS id,
                person.user_id, person.company_id, day.currency_id, member.team_id,
                away.substitute_id, %s, %s
            """,
            IDS_PER_COMPANY,
            plain,
            shares,
        )

    @api.model
    def _from(self):
        joins = SQL(" ").join(
            SQL(
                "LEFT JOIN %(table)s ON %(table)s.company_id = person.company_id "
                "AND %(table)s.user_id IS NOT DISTINCT FROM person.user_id",
                table=SQL.identifier(table),
            )
            for table in (*sql.FIGURES, "away")
        )
        return SQL(
            "FROM person JOIN day ON day.company_id = person.company_id %s", joins
        )
