from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..lib import contact_window
from ..lib.contact_window import Contact
from ..lib.local_days import UTC

# Cases whose contacts are read together.
CHUNK = 1000


class Terms(NamedTuple):
    """What decides whether the debtors of one kind and place may be called."""

    policies: tuple
    zone: object
    holidays: frozenset
    ask_consent: bool

    def leave(self, now, history=()):
        """Whether hours and numbers of contacts leave a moment."""
        return contact_window.is_open(
            self.policies, "call", now, self.zone, self.holidays, history
        )


class CarteraCallCandidates(models.AbstractModel):
    """A first look at all debtors of a company, set-based: who could be called now.

    Asking the gate about each of fifty thousand at night takes as long as by day, and
    finds nobody. Here the hours are asked once per kind of debtor and place, and the
    numbers of contacts of those alone who had any. The gate has the last word on
    whoever is left.
    """

    _name = "cartera.call.candidates"
    _description = "Debtors Who Could Be Called"

    @api.model
    def _find(self, cases):
        """The cases that are not out of the question, those who owe most first.

        :param cases: ``Query`` of cases of one company
        :return: iterator of ids
        """
        now = fields.Datetime.now().replace(tzinfo=UTC)
        rows = self.env.execute_query(self._get_debtors_sql(cases, now.date()))
        case_of = {tuple(place): case_id for case_id, _consent, *place in rows}
        terms_of = self._get_open_terms(case_of, now)
        found = {}
        for case_id, has_consent, *place in rows:
            terms = terms_of.get(tuple(place))
            if terms and (has_consent or not terms.ask_consent):
                found[case_id] = terms
        for ids in split_every(CHUNK, found):
            history = self._get_history(ids, found, now)
            for case_id in ids:
                contacts = history.get(case_id)
                if not contacts or found[case_id].leave(now, contacts):
                    yield case_id

    def _get_debtors_sql(self, cases, today):
        """Rows of case id, whether the debtor has ever authorised calls, and what
        policies and time zone depend on (``res.partner._get_cartera_zone``); without
        those who have no phone, of whom nothing can be asked now since they have
        promised to pay it, dispute it or have credits, and who are on hold or insolvent
        wherever it is which day.

        :param today: the day in UTC
        """
        for model in ("cartera.case", "cartera.consent", "res.partner"):
            self.env[model].flush_model()
        return SQL(
            """
            SELECT debtor_case.id,
                   debtor.id IN (
                       SELECT debtor_id FROM cartera_consent
                        WHERE channel = 'call' AND decision = 'granted'),
                   debtor.country_id, debtor.state_id, debtor.cartera_tz, debtor.tz,
                   debtor.cartera_debtor_kind
              FROM cartera_case debtor_case
              JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
             WHERE debtor_case.id IN %(cases)s
               AND debtor.active
               AND debtor_case.amount_collectable + debtor_case.amount_credit > 0
               AND COALESCE(debtor_case.hold_until, %(today)s) <= %(today)s
               AND (debtor.cartera_insolvent_since IS NULL
                    OR debtor.cartera_insolvent_since > %(today)s)
               AND debtor.id IN (
                   SELECT commercial_partner_id FROM res_partner
                    WHERE phone IS NOT NULL OR phone_sanitized IS NOT NULL)
             ORDER BY debtor_case.amount_collectable DESC, debtor_case.id
            """,
            cases=cases.subselect(),
            today=today,
        )

    def _get_open_terms(self, case_of, now):
        """The terms of the kinds and places whose hours leave the moment.

        :param case_of: dict of kind and place to the id of any case of it
        :return: dict of kind and place to :class:`Terms`
        """
        cases = self.env["cartera.case"].sudo().browse(case_of.values())
        gate = self.env["cartera.contact.gate"]
        policies = gate._get_policies(cases, now)
        zones = gate._get_zones(cases)
        holidays = gate._get_holidays(cases, now, now)
        found = {}
        for place, case_id in case_of.items():
            asked = any(policy.consent_required for policy in policies[case_id])
            terms = Terms(policies[case_id], zones[case_id], holidays[case_id], asked)
            if terms.leave(now):
                found[place] = terms
        return found

    def _get_history(self, ids, terms_of, now):
        """The contacts that may count.

        :return: dict of case id to :class:`~..lib.contact_window.Contact` s
        """
        cases = self.env["cartera.case"].sudo().browse(ids)
        cases.fetch(["company_id", "partner_id"])
        # By identity, as in the gate: policies are large.
        every = {id(p): p for case_id in ids for p in terms_of[case_id].policies}
        reach = timedelta(days=contact_window.history_days(every.values()) + 1)
        gate = self.env["cartera.contact.gate"]
        contacts = gate._get_own_contacts(
            cases, gate._to_naive(now - reach), gate._to_naive(now + reach)
        )
        history = {}
        for *pair, date, channel, reached in contacts:
            contact = Contact(date.replace(tzinfo=UTC), channel, reached == "reached")
            history.setdefault(tuple(pair), []).append(contact)
        return {
            case_id: history[pair]
            for case_id, pair in gate._get_pairs(cases).items()
            if pair in history
        }
