"""Which policies bind a contact, as the pure calculation wants them."""

from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import ormcache

from ..lib import contact_rulebook, contact_window
from .res_partner import DEBTOR_KINDS

# Rule of the decision -> field with the article where it is written.
ARTICLES = {
    "window": "article_window",
    "holiday": "article_window",
    "consent": "article_consent",
    "third_party": "article_third_party",
    "visits": "article_visits",
    "one_channel": "article_one_channel",
}


class CarteraContactPolicy(models.Model):
    _inherit = "cartera.contact.policy"

    @api.model
    def _resolve(self, cases, date):
        """The policies that bind the contacts with each debtor on a day.

        :return: ``{case: [lib.contact_window.Policy, ...]}``; the key of a policy is
            the id of its record
        """
        entries, chosen, policies_of = self._get_entries(), {}, {}
        countries = self._get_countries(cases)
        for case in cases:
            company = case.sudo().company_id
            kind = case.sudo().partner_id.cartera_debtor_kind
            key = countries[case], kind, company
            if key not in chosen:
                chosen[key] = contact_rulebook.choose(
                    entries,
                    countries[case].id,
                    kind,
                    company.cartera_creditor_kind,
                    frozenset(company.parent_ids.ids),
                    date,
                )
            policies_of[case] = chosen[key]
        return policies_of

    @api.model
    def _get_rules(self, company, date):
        """The policies that bind the contacts of a company on a day, whoever the debtor
        is.

        :return: ``{(country id, kind of debtor): [lib.contact_window.Policy, ...]}``;
            under None those of every country that is not named
        """
        entries = self._get_entries()
        companies = frozenset(company.parent_ids.ids)
        creditor = company.cartera_creditor_kind
        return {
            (country_id, kind): contact_rulebook.choose(
                entries, country_id, kind, creditor, companies, date
            )
            for country_id in {None, *(entry.country for entry in entries)}
            for kind, _label in DEBTOR_KINDS
        }

    @api.model
    def _get_countries(self, cases):
        """The country whose law and holidays hold for each debtor: its own, or where
        unknown, the company's.

        :return: ``{case: res.country}``
        """
        return {
            case: case.sudo().partner_id.country_id or case.sudo().company_id.country_id
            for case in cases
        }

    @api.model
    def _get_zones(self, cases):
        """The time zone of each debtor, or where unknown, the company's.

        :return: ``{case: ZoneInfo}``
        """
        return {
            case: ZoneInfo(
                case.sudo().partner_id._get_cartera_zone()
                or case.sudo().company_id._get_cartera_tz()
            )
            for case in cases
        }

    @api.model
    @ormcache()
    def _get_entries(self):
        """Every policy as :class:`lib.contact_rulebook.Entry`."""
        policies = self.with_context(lang=None)._get_all()
        return tuple(policy._to_entry() for policy in policies)

    @api.model
    def _get_all(self):
        """The laws of all countries and what the companies have of their own, whoever
        asks."""
        # A few dozen rows, and all of them are wanted.
        return self.sudo().search([])  # pylint: disable=no-search-all

    def _to_entry(self):
        self.ensure_one()
        return contact_rulebook.Entry(
            policy=self._to_lib(),
            country=self.country_id.id or None,
            kinds=self._get_kinds(),
            creditor=None if self.creditor == "any" else self.creditor,
            company=self.company_id.id or None,
            replaces=self.mode == "replace",
            first_day=self.date_from or None,
            last_day=self.date_to or None,
        )

    def _to_lib(self):
        self.ensure_one()
        articles = ((rule, self[name] or "") for rule, name in ARTICLES.items())
        return contact_window.Policy(
            key=self.id,
            name=self.name,
            windows=tuple(window._to_lib() for window in self.window_ids),
            caps=tuple(cap._to_lib() for cap in self.cap_ids),
            consent_required=self.consent_required,
            visits=self.visits,
            third_party=self.third_party,
            one_channel_after_contact=self.one_channel_after_contact or "",
            stop_when_sued=self.stop_when_sued,
            basis=self.basis or "",
            articles=tuple(articles),
        )

    # -- what a message must and may not say --------------------------------------

    @api.model
    def _get_content_rules(self, policies):
        """What several policies together ask of messages.

        :param policies: records, or policies as :meth:`_resolve` returns them
        :return: dict of ``required`` and ``forbidden`` (``{wording code: article}``),
            ``ask_reason_forbidden`` and ``envelope_neutral`` (the article, or None)
        """
        rules = {
            "required": {},
            "forbidden": {},
            "ask_reason_forbidden": None,
            "envelope_neutral": None,
        }
        keys = getattr(policies, "ids", None) or [policy.key for policy in policies]
        for policy in self.sudo().browse(keys):
            article = policy.article_content or policy.basis or policy.name
            for wording in policy.required_wording_ids:
                rules["required"].setdefault(wording.code, article)
            for wording in policy.forbidden_wording_ids:
                rules["forbidden"].setdefault(wording.code, article)
            for name in ("ask_reason_forbidden", "envelope_neutral"):
                if policy[name] and not rules[name]:
                    rules[name] = article
        return rules
