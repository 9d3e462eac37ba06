"""What the contact gate decides by, read for a whole batch at once."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import contact_window
from ..lib.contact_window import Contact
from ..lib.local_days import DAY, UTC, local_date
from .contact_request import Facts

# A little further than the calculation looks for a lawful moment.
HOLIDAY_REACH = timedelta(days=70)


class CarteraContactFacts(models.AbstractModel):
    _name = "cartera.contact.facts"
    _description = "Facts for the Contact Gate"

    def _gather(self, requests, cases, people, get_contacts):
        """:class:`Facts` on a batch, in a few queries whatever its size."""
        moments = [request.moment for request in requests]
        first, last = min(moments), max(moments)
        zones = self._get_zones(cases)
        days = {
            (request.case.id, local_date(request.moment, zones[request.case.id]))
            for request in requests
        }
        facts = Facts(
            pairs=self._get_pairs(cases),
            policies=self._get_policies_of_days(days),
            zones=zones,
            holidays=self._get_holidays(cases, first, last),
        )
        # By identity: comparing every hour of every policy would take longer than all
        # the rest.
        every = {id(p): p for found in facts.policies.values() for p in found}.values()
        # One more, for days begin and end elsewhere; and as many after the moment, for
        # a past contact is recorded beside those that followed in its week.
        reach = timedelta(days=contact_window.history_days(every) + 1)
        contacts = get_contacts(
            cases, self._to_naive(first - reach), self._to_naive(last + reach)
        )
        for *pair, date, channel, reached in contacts:
            facts.history.setdefault(tuple(pair), []).append(
                Contact(date.replace(tzinfo=UTC), channel, reached == "reached")
            )
        debtors = cases.partner_id | people.commercial_partner_id
        facts.consents = self.env["cartera.consent"]._get_rows(
            cases.company_id, debtors
        )
        return facts

    def _get_pairs(self, cases):
        """Who owes whom, by case id: ids of the creditor and of the debtor.

        The branches of a company are the same creditor: limits count the contacts of
        all of them, and what a debtor allows or forbids is said to all.
        """
        return {
            case.id: (case.company_id.root_id.id, case.partner_id.id)
            for case in cases.sudo()
        }

    def _get_policies(self, cases, moment):
        """Policies by case id, of the day that a moment has where the debtor is."""
        zones = self._get_zones(cases)
        days = {(id_, local_date(moment, zone)) for id_, zone in zones.items()}
        found = self._get_policies_of_days(days)
        return {id_: chosen for (id_, _day), chosen in found.items()}

    def _get_policies_of_days(self, days):
        """Policies by case id and day.

        :param days: pairs of them
        """
        ids_of = {}
        for case_id, day in days:
            ids_of.setdefault(day, []).append(case_id)
        cases = self.env["cartera.case"].sudo()
        policies = self.env["cartera.contact.policy"]
        return {
            (case.id, day): tuple(chosen)
            for day, ids in ids_of.items()
            for case, chosen in policies._resolve(cases.browse(ids), day).items()
        }

    def _get_zones(self, cases):
        """Time zones by case id."""
        zones = self.env["cartera.contact.policy"]._get_zones(cases)
        return {case.id: zone for case, zone in zones.items()}

    def _get_holidays(self, cases, first, last):
        """Public holidays by case id, as far as the calculation looks."""
        held = max(filter(None, cases.mapped("hold_until")), default=last.date())
        days = (first.date() - DAY, max(last.date(), held) + HOLIDAY_REACH)
        calendars = self.env["resource.calendar"].sudo()
        country_of = self.env["cartera.contact.policy"]._get_countries(cases)
        countries = self.env["res.country"].union(*country_of.values())
        found = {
            company: calendars._get_cartera_holidays(countries, *days, company)
            for company in cases.company_id
        }
        return {
            case.id: found[case.company_id].get(country, frozenset())
            for case, country in country_of.items()
        }

    def _get_own_contacts(self, cases, start, end):
        """The contacts made to the debtors, as this transaction sees them.

        :return: rows of ids of creditor and debtor, date, channel, whom it reached
        """
        rows = self.env.execute_query(self._get_contacts_sql(cases, start, end))
        return [contact for _id, *contact in rows]

    def _get_all_contacts(self, cases, start, end):
        """The contacts made to the debtors, with those that others have committed since
        this transaction began: it cannot see them itself, and what it waited for at
        the lock is among them."""
        query = self._get_contacts_sql(cases, start, end)
        contacts = {id_: contact for id_, *contact in self.env.execute_query(query)}
        # While a database is being built nobody else is there, nor the table to them.
        if self.env.registry.ready:
            with self.env.registry.cursor() as cr:
                cr.execute(query)
                contacts = {id_: contact for id_, *contact in cr.fetchall()} | contacts
        return list(contacts.values())

    def _get_contacts_sql(self, cases, start, end):
        self.env["res.company"].flush_model(["parent_path"])
        self.env["cartera.case"].flush_model(["company_id", "partner_id"])
        self.env["cartera.contact"].flush_model()
        return SQL(
            """
            SELECT contact.id, creditor.id, known.partner_id, contact.date,
                   contact.channel, contact.reached
              FROM cartera_case known
              JOIN res_company company ON company.id = known.company_id
              JOIN res_company creditor
                   ON creditor.id = split_part(company.parent_path, '/', 1)::int
              JOIN cartera_contact contact ON contact.case_id = known.id
             WHERE known.partner_id = ANY(%s) AND creditor.id = ANY(%s)
               AND contact.direction = 'out' AND contact.date BETWEEN %s AND %s
            """,
            cases.partner_id.ids,
            cases.company_id.root_id.ids,
            start,
            end,
        )

    @api.model
    def _get_closing_times(self, cases, channel):
        """Until when, today, the hours allow to contact debtors who may be contacted
        now.

        :return: ``{case id: aware UTC moment}``
        """
        now = self._to_aware(fields.Datetime.now())
        cases = cases.sudo()
        policies = self._get_policies(cases, now)
        holidays = self._get_holidays(cases, now, now)
        return {
            case_id: contact_window.closing(
                policies[case_id], channel, now, zone, holidays[case_id]
            )
            for case_id, zone in self._get_zones(cases).items()
        }
