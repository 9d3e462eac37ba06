from odoo import api, fields, models
from odoo.tools import SQL

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

    # -- the records behind the figures -------------------------------------------

    def action_open_figure(self):
        """Open the records behind the figure that the context names in
        ``cartera_figure``."""
        self.ensure_one()
        self.check_access("read")
        name = self.env.context["cartera_figure"]
        model_name, domain = self._get_records_of(name)
        return {
            "type": "ir.actions.act_window",
            "name": self._fields[name]._description_string(self.env),
            "res_model": model_name,
            "view_mode": "list,form",
            "views": [
                (self._get_list_view(model_name), "list"),
                (False, "form"),
            ],
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def _get_list_view(self, model_name):
        if model_name != "account.partial.reconcile":
            return False
        return self.env.ref("cartera_cobranza.account_partial_reconcile_view_list").id

    def _get_records_of(self, name):
        """The model and the domain of the records that the figure ``name`` counts.

        :return: ``(model name, list)``
        """
        groups = [
            self._get_case_domains(),
            self._get_contact_domains(),
            self._get_promise_domains(),
            self._get_late_disputes(),
            self._get_collected(),
        ]
        for model_name, domains in groups:
            if name in domains:
                return model_name, domains[name]
        raise ValueError(f"{name} is no figure with records behind it")

    def _get_moments(self):
        today = self.company_id._get_cartera_today()
        start, stop = self.company_id._get_cartera_day_bounds(today)
        to_string = fields.Datetime.to_string
        return fields.Date.to_string(today), to_string(start), to_string(stop)

    def _get_case_domains(self):
        today, start, stop = self._get_moments()
        month = f"{today[:8]}01"
        company = ("company_id", "=", self.company_id.id)
        works_on = [company, ("worker_id", "=", self.user_id.id)]
        is_open = ("item_count", ">", 0)
        due = ("worklist_ids.date_next", "<=", today)
        contacts = [
            ("user_id", "!=", False),
            ("date", ">=", start),
            ("date", "<", stop),
        ]
        worked = ("contact_ids", "any", contacts)
        unworked = ("contact_ids", "not any", contacts)
        return "cartera.case", {
            "case_count": [*works_on, is_open],
            "owned_count": [company, ("user_id", "=", self.user_id.id), is_open],
            "due_count": [*works_on, due],
            "worked_count": [*works_on, worked],
            "unworked_count": [*works_on, due, unworked],
            "neglected_count": [*works_on, ("worklist_ids.is_starved", "=", True)],
            "amount_overdue": [*works_on, ("amount_overdue", "!=", 0)],
            "amount_worked": [*works_on, worked],
            "amount_collectable": [*works_on, ("worklist_ids", "!=", False)],
            "amount_attended": [
                *works_on,
                ("worklist_ids.date_attended", ">=", month),
            ],
        }

    def _get_contact_domains(self):
        _today, start, stop = self._get_moments()
        logged = [
            ("company_id", "=", self.company_id.id),
            ("user_id", "=", self.user_id.id),
            ("user_id", "!=", False),
            ("date", ">=", start),
            ("date", "<", stop),
        ]
        results = {
            "reached_count": "reached",
            "third_party_count": "third_party",
            "no_answer_count": "no_answer",
            "wrong_count": "wrong_number",
        }
        return "cartera.contact", {
            "contact_count": logged,
            **{
                name: [*logged, ("reached", "=", result)]
                for name, result in results.items()
            },
        }

    def _get_promise_domains(self):
        today, _start, _stop = self._get_moments()
        company = ("company_id", "=", self.company_id.id)
        mine = [company, ("user_id", "=", self.user_id.id), ("user_id", "!=", False)]
        taken = [
            *mine,
            ("date_made", "=", today),
            ("state", "not in", ["refused", "withdrawn"]),
        ]
        judged = [("date_judged", ">=", f"{today[:8]}01"), ("date_judged", "<=", today)]

        def having(*conditions):
            return ("installment_ids", "any", list(conditions))

        return "cartera.promise", {
            "promise_count": taken,
            "amount_promised": taken,
            "promise_due_count": [
                company,
                ("case_id.worker_id", "=", self.user_id.id),
                ("state", "=", "open"),
                having(("state", "=", "open"), ("date", "=", today)),
            ],
            "amount_kept": [
                *mine,
                having(*judged, ("state", "in", ["kept", "partial"])),
            ],
            "amount_broken": [
                *mine,
                having(*judged, ("state", "in", ["broken", "partial"])),
            ],
        }

    def _get_late_disputes(self):
        today, _start, _stop = self._get_moments()
        return "cartera.dispute", {
            "dispute_late_count": [
                ("company_id", "=", self.company_id.id),
                ("case_id.worker_id", "=", self.user_id.id),
                ("state", "!=", "closed"),
                ("date_deadline", "<", today),
            ]
        }

    def _get_collected(self):
        today = self.company_id._get_cartera_today()
        debtors = self.env["cartera.case"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("user_id", "=", self.user_id.id),
                ("amount_collected", "!=", 0),
                ("month_collected", "=", today.replace(day=1)),
            ],
            ["partner_id"],
        )
        return "account.partial.reconcile", {
            "amount_collected": self.env["cartera.collected"]._get_paid_domain(
                self.company_id, today, debtors.partner_id
            )
        }

    def action_transfer(self):
        """Open the window that gives work of this row to others."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_transfer_action"
        )
        is_due = self.due_count and not self.substitute_id
        action["context"] = {
            "default_company_id": self.company_id.id,
            "default_source": "collector" if self.user_id else "nobody",
            "default_user_from_id": self.user_id.id,
            "default_which": "due" if is_due else "all",
        }
        return action
