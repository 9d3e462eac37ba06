from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..lib import contact_window
from ..lib.contact_window import Contact
from ..lib.local_days import UTC

# Cases whose contacts are read together.
CHUNK = 1000


class CarteraWorklistCalls(models.AbstractModel):
    """The hours of the worklist: from when until when each debtor that is due may next
    be called.

    Worked out once for each kind of debtor and place, and one by one for those alone
    who have had contacts lately. The gate has the last word before each call.
    """

    _name = "cartera.worklist.calls"
    _description = "Call Hours of the Worklist"

    @api.model
    def _fill_calls(self, company, date, debtor_ids=None, only_over=False):
        """Fill in the next hours of the entries that are due; others get none.

        :param debtor_ids: ids of the debtors; None for all that are due
        :param only_over: only of those whose hours are over
        :return: number of entries that changed
        """
        now = fields.Datetime.now()
        scope = SQL("entry.company_id = %s", company.id)
        if debtor_ids is None:
            scope = SQL("%s AND entry.date_next <= %s", scope, date)
        else:
            scope = SQL("%s AND debtor_case.partner_id IN %s", scope, tuple(debtor_ids))
        if only_over:
            scope = SQL("%s AND entry.call_until <= %s", scope, now)
        case_ids = self._get_due_ids(scope, date)
        rows = case_ids and self.env.execute_query(
            self._get_callable_sql(company, case_ids, date)
        )
        hours = self._get_hours(rows, now.replace(tzinfo=UTC))
        self.env.cr.execute(self._get_hours_sql(scope, hours))
        return self.env.cr.rowcount

    @api.model
    def _get_hours_sql(self, scope, hours):
        """Write the hours; entries without any get none.

        :param hours: ``{case id: (from, until)}``, naive UTC
        """
        return SQL(
            """
            UPDATE cartera_worklist_entry known
               SET call_from = found.call_from, call_until = found.call_until
              FROM (
                SELECT entry.id, hours.call_from, hours.call_until
                  FROM cartera_worklist_entry entry
                  JOIN cartera_case debtor_case ON debtor_case.id = entry.case_id
                  LEFT JOIN unnest(%(ids)s::int[], %(starts)s::timestamp[],
                                   %(ends)s::timestamp[])
                       hours (case_id, call_from, call_until)
                       ON hours.case_id = entry.case_id
                 WHERE %(scope)s
              ) found
             WHERE found.id = known.id
               AND (known.call_from, known.call_until)
                   IS DISTINCT FROM (found.call_from, found.call_until)
            """,
            ids=list(hours),
            starts=[start for start, _end in hours.values()],
            ends=[end for _start, end in hours.values()],
            scope=scope,
        )

    @api.model
    def _get_callable_sql(self, company, case_ids, date):
        """Rows of case id, whether somebody has authorised calls, and what policies
        and time zone depend on, of those who have a phone and do not mind."""
        return SQL(
            """
            SELECT debtor_case.id, BOOL_OR(way.decision = 'granted') IS TRUE,
                   COALESCE(debtor.cartera_sued_since <= %(date)s, FALSE),
                   debtor.country_id, debtor.state_id, debtor.cartera_tz, debtor.tz,
                   debtor.cartera_debtor_kind
              FROM cartera_case debtor_case
              JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
              JOIN (%(ways)s) way
                   ON way.case_id = debtor_case.id AND way.channel = 'call'
                  AND way.decision IS DISTINCT FROM 'withdrawn'
             WHERE debtor_case.id = ANY(%(ids)s) AND debtor.active
               AND (debtor_case.hold_until IS NULL
                    OR debtor_case.hold_until < %(date)s)
               AND (debtor.cartera_insolvent_since IS NULL
                    OR debtor.cartera_insolvent_since > %(date)s)
             GROUP BY debtor_case.id, debtor.id
            """,
            date=date,
            ways=self.env["cartera.recipient"]._get_reachable_sql(company, case_ids),
            ids=case_ids,
        )

    @api.model
    def _get_due_ids(self, scope, date):
        """Ids of the cases of the entries in ``scope`` that are due."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.case_id FROM cartera_worklist_entry entry
                  JOIN cartera_case debtor_case ON debtor_case.id = entry.case_id
                 WHERE %s AND entry.date_next <= %s
                """,
                scope,
                date,
            )
        )
        return [case_id for (case_id,) in rows]

    # -- hours --------------------------------------------------------------------

    @api.model
    def _get_hours(self, rows, now):
        """The next hours in which each of the debtors may be called.

        :param rows: of :meth:`_get_callable_sql`
        :return: ``{case id: (from, until)}``, naive UTC
        """
        case_of = {tuple(place): case_id for case_id, _consent, *place in rows}
        terms_of = self._get_terms(case_of, now)
        usual = {
            (place, consent): self._find_hours(terms_of[place], place, consent, now)
            for place in terms_of
            for consent in (True, False)
        }
        found = {}
        for chunk in split_every(CHUNK, rows):
            terms = {row[0]: terms_of[tuple(row[2:])] for row in chunk}
            history = self._get_history(terms, now)
            for case_id, consent, *place in chunk:
                place = tuple(place)
                if past := history.get(case_id):
                    hours = self._find_hours(terms_of[place], place, consent, now, past)
                else:
                    hours = usual[place, consent]
                if hours:
                    found[case_id] = hours
        return found

    @api.model
    def _get_terms(self, case_of, now):
        """``(policies, zone, holidays)`` of each kind and place.

        :param case_of: dict of kind and place to the id of any case of it
        """
        gate = self.env["cartera.contact.gate"]
        cases = self.env["cartera.case"].sudo().browse(case_of.values())
        policies = gate._get_policies(cases, now)
        zones = gate._get_zones(cases)
        holidays = gate._get_holidays(cases, now, now)
        return {
            place: (policies[case_id], zones[case_id], holidays[case_id])
            for place, case_id in case_of.items()
        }

    @api.model
    def _find_hours(self, terms, place, consent, now, history=()):
        """The first lawful hours from now on, as naive ``(from, until)``, or None."""
        policies, zone, holidays = terms
        if not policies:
            return None
        decision = contact_window.decide(
            policies,
            "call",
            now,
            zone,
            holidays,
            history,
            consent=consent,
            sued=place[0],
        )
        if decision.verdict == "refuse":
            return None
        start = decision.until or now
        end = contact_window.closing(policies, "call", start, zone, holidays)
        gate = self.env["cartera.contact.gate"]
        return gate._to_naive(start), gate._to_naive(end)

    @api.model
    def _get_history(self, terms, now):
        """The contacts that may count, by case id.

        :param terms: what :meth:`_get_terms` found, by case id
        """
        # By identity, as in the gate: policies are large.
        every = {id(p): p for policies, *_rest in terms.values() for p in policies}
        reach = timedelta(days=contact_window.history_days(every.values()) + 1)
        gate = self.env["cartera.contact.gate"]
        cases = self.env["cartera.case"].sudo().browse(terms)
        cases.fetch(["company_id", "partner_id"])
        history = {}
        for *pair, date, channel, reached in gate._get_own_contacts(
            cases, gate._to_naive(now - reach), gate._to_naive(now + reach)
        ):
            contact = Contact(date.replace(tzinfo=UTC), channel, reached == "reached")
            history.setdefault(tuple(pair), []).append(contact)
        return {
            case_id: history[pair]
            for case_id, pair in gate._get_pairs(cases).items()
            if pair in history
        }

    # -- during the day -----------------------------------------------------------

    @api.model
    def _cron_fill_calls(self):
        """Where hours are over, fill in the next ones; where a day has begun, give the
        work of those who are away to who stands in."""
        engine = self.env["cartera.worklist.engine"].sudo()
        for company in self.env["res.company"]._get_all_companies():
            today = company._get_cartera_today()
            self.env["cartera.substitution"]._begin_day(company)
            engine._fill_calls(company, today, only_over=True)
