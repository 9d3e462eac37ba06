from dataclasses import replace
from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..lib import contact_window
from ..lib.contact_window import DEBTOR, OBLIGOR, THIRD_PARTY, Contact, Decision
from ..lib.local_days import DAY, UTC, local_date
from . import (  # noqa: F401  (inherited: they come first)
    cartera_contact_facts,
    cartera_contact_link,
    cartera_contact_lock,
    cartera_contact_message,
)


class CarteraContactGate(models.AbstractModel):
    """The one place that every contact passes, by whatever channel and whoever makes
    it: allows, delays or refuses it by the rules of the debtor's country."""

    _name = "cartera.contact.gate"
    _description = "Contact Gate"
    _inherit = [
        "cartera.contact.facts",
        "cartera.contact.link",
        "cartera.contact.lock",
        "cartera.contact.message",
    ]

    # -- asking -------------------------------------------------------------------

    @api.model
    def _decide(self, requests, now=None):
        """What may be done now, without a trace.

        :param requests: :class:`~.contact_request.ContactRequest` s; one that is
            allowed, or happens all the same, counts for those of the same debtor that
            follow, but for those it is joined with
        :param now: moment of the requests without one, aware or naive UTC; the present
            unless given
        :return: a :class:`~..lib.contact_window.Decision` each, in the same order
        """
        requests = self._set_moments(requests, now)
        return self._judge(requests, self._get_own_contacts)

    @api.model
    def _admit(self, requests, origin, now=None, log=True):
        """What may be done now, by somebody who is about to do it.

        Whoever asks for the same debtors waits until this transaction is over. When a
        contact is allowed, the caller logs it (``cartera.contact._log``) in this very
        transaction; what is delayed or refused leaves evidence.

        :param origin: code of who asks, see ``ORIGINS``
        :param log: whether to write the evidence
        :return: as :meth:`_decide`
        """
        self._lock(self._get_cases(requests))
        requests = self._set_moments(requests, now)
        decisions = self._judge(requests, self._get_all_contacts)
        if log:
            rows = self._prepare_evidence(requests, decisions, origin)
            self.env["cartera.contact.refusal"].sudo()._keep(rows)
        return decisions

    @api.model
    def _require(self, requests, origin, now=None):
        """As :meth:`_admit`, for contacts that are made all or none.

        :raise UserError: when one is not allowed now; the evidence of it stays
        """
        self._lock(self._get_cases(requests))
        requests = self._set_moments(requests, now)
        decisions = self._admit(requests, origin, log=False)
        rows = self._prepare_evidence(requests, decisions, origin)
        if rows:
            self.env["cartera.contact.refusal"]._keep_after_rollback(rows)
            # One message to several people is refused to all for the same reason.
            lines = dict.fromkeys(
                f"{request.case.sudo().display_name}: "
                f"{self._describe(request.case, decision)}"
                for request, decision in zip(requests, decisions, strict=True)
                if not decision.allowed
            )
            lines = list(lines)
            if origin in ("activity", "manual"):
                lines.append(
                    self.env._(
                        "If the contact has already taken place, log it on the case "
                        "with its date and time."
                    )
                )
            raise UserError("\n".join(lines))
        return decisions

    @api.model
    def _describe(self, case, decision):
        """A decision in a sentence, for whoever wants to make the contact."""
        if decision.allowed:
            return self.env._("May be contacted now.")
        reason = self._describe_rule(decision)
        if not decision.until:
            return self.env._("Not allowed: %(reason)s.", reason=reason)
        return self.env._(
            "Not now: %(reason)s. From %(moment)s, their time.",
            reason=reason,
            moment=self._format_moment(case, decision.until),
        )

    @api.model
    def _describe_rule(self, decision):
        """The rule that a decision follows, and where it is written."""
        rules = dict(self.env["cartera.contact"]._get_rules())
        reason = rules.get(decision.rule, decision.rule)
        article, _policy = self._get_texts(decision, self.env.lang)
        return f"{reason} ({article})" if article else reason

    @api.model
    def _format_moment(self, case, moment):
        """A moment by the debtor's clock: its weekday while that is clear, else its
        date too."""
        zone = self._get_zones(case.sudo())[case.id]
        ahead = moment.astimezone(zone).date() - datetime.now(zone).date()
        pattern = "EEEE HH:mm" if ahead.days < 7 else "EEEE d MMMM HH:mm"
        naive = moment.astimezone(zone).replace(tzinfo=None)
        return format_datetime(self.env, naive, tz="UTC", dt_format=pattern)

    @api.model
    def _get_texts(self, decision, lang):
        """Where the rule of a decision is written, and the name of its policy, in a
        language."""
        known = decision.policy
        if not known:
            return decision.article, None
        policy = self.env["cartera.contact.policy"].sudo().with_context(lang=lang)
        policy = policy.browse(known.key)
        # Single articles are no words.
        in_words = decision.article == known.basis
        return policy.basis if in_words else decision.article, policy.name

    # -- deciding -----------------------------------------------------------------

    def _get_cases(self, requests):
        """The cases of requests, with all rights."""
        cases = self.env["cartera.case"].sudo()
        return cases.browse(dict.fromkeys(request.case.id for request in requests))

    def _judge(self, requests, get_contacts):
        """The decisions on requests that have a moment each."""
        if not requests:
            return []
        cases = self._get_cases(requests)
        people = self.env["res.partner"].sudo()
        people = people.browse(
            dict.fromkeys(r.contact.id for r in requests if r.contact)
        )
        facts = self._gather(requests, cases, people, get_contacts)
        case_of = dict(zip(cases.ids, cases, strict=True))
        person_of = dict(zip(people.ids, people, strict=True))
        decisions = []
        for request in requests:
            case = case_of[request.case.id]
            person = person_of[request.contact.id] if request.contact else None
            decision = self._judge_one(request, case, person, facts)
            counts = decision.allowed or request.happens
            if counts and not request.joined:
                contact = Contact(request.moment, request.channel, request.reached)
                pair = facts.pairs[case.id]
                facts.history.setdefault(pair, []).append(contact)
            decisions.append(decision)
        return decisions

    def _judge_one(self, request, case, person, facts):
        """The decision on one request, whose case and person come with rights."""
        moment, zone = request.moment, facts.zones[case.id]
        today = local_date(moment, zone)
        policies = facts.policies[case.id, today]
        if not policies:
            return Decision("refuse", rule="no_policy")
        if since := case.partner_id.cartera_insolvent_since:
            if since <= today:
                return Decision("refuse", rule="insolvent")
        if case.counsel_only and person != case.counsel_id:
            return Decision("refuse", rule="counsel")
        consent = self._find_consent(request, case, person, facts)
        sued = case.partner_id.cartera_sued_since

        def decide(now):
            return contact_window.decide(
                policies,
                request.channel,
                now,
                zone,
                facts.holidays[case.id],
                facts.history.get(facts.pairs[case.id], ()),
                consent=consent == "granted",
                opted_out=consent == "withdrawn",
                sued=bool(sued) and sued <= local_date(now, zone),
                contact_role=self._get_role(case, person),
            )

        held = case.hold_until
        if not held or held < today:
            return decide(moment)
        # Whatever is lawful may be done once the hold is over.
        free = datetime.combine(held + DAY, time.min, zone).astimezone(UTC)
        later = decide(free)
        if later.verdict == "refuse":
            return later
        reason = case.hold_reason or ""
        return Decision("delay", later.until or free, "hold", reason)

    def _find_consent(self, request, case, person, facts):
        person = person or case.partner_id
        debtor = person.commercial_partner_id
        channel = request.channel
        creditor_id, _debtor_id = facts.pairs[case.id]
        rows = facts.consents.get((creditor_id, debtor.id))
        if not rows:
            return None
        consents = self.env["cartera.consent"]
        address = consents._normalize_address(
            channel, request.address or self._get_address(person, channel), person
        )
        return consents._find_decision(
            rows,
            {person.id, debtor.id},
            channel,
            address,
            self._to_naive(request.moment),
        )

    @api.model
    def _get_address(self, partner, channel):
        """What reaches a partner by a channel, or False."""
        if channel == "email":
            return partner.email
        if channel in ("sms", "whatsapp", "call"):
            return partner.phone
        return False

    @api.model
    def _get_role(self, case, person):
        """Whom one would speak to: the debtor's own people, somebody who owes as well,
        or a third party."""
        if not person:
            return DEBTOR
        debtor = person.commercial_partner_id
        if case.counsel_only and person == case.counsel_id:
            return DEBTOR  # who speaks for it
        # The members of a group that is one case owe what stands in it.
        if case.partner_id in (debtor, debtor.sudo().cartera_debtor_id):
            return DEBTOR
        return OBLIGOR if (person | debtor) & case.obligor_ids else THIRD_PARTY

    # -- evidence -----------------------------------------------------------------

    def _prepare_evidence(self, requests, decisions, origin):
        """Rows for ``cartera.contact.refusal._keep`` of what was not allowed."""
        refused = [
            (request, decision)
            for request, decision in zip(requests, decisions, strict=True)
            if not decision.allowed
        ]
        if not refused:
            return []
        cases = self.env["cartera.case"].sudo()
        cases = cases.browse(request.case.id for request, _decision in refused)
        zones = self._get_zones(cases)
        # Whoever asked: evidence is read by the company.
        lang_of = {case.id: case.company_id.partner_id.lang for case in cases}
        texts = [
            self._get_texts(decision, lang_of[request.case.id])
            for request, decision in refused
        ]
        machine = origin == "dispatch"
        return [
            {
                "case_id": request.case.id,
                "channel": request.channel,
                "verdict": decision.verdict,
                "rule": decision.rule,
                "article": article or None,
                "policy": policy,
                "origin": origin,
                "day": local_date(request.moment, zones[request.case.id]),
                "date": self._to_naive(request.moment),
                "date_until": decision.until and self._to_naive(decision.until),
                "communication_id": request.communication.id or None
                if request.communication
                else None,
                "user_id": None if machine else self.env.uid,
            }
            for (request, decision), (article, policy) in zip(
                refused, texts, strict=True
            )
        ]

    def _set_moments(self, requests, now):
        """The requests, those without a moment at ``now``, else at the present one."""
        now = self._to_aware(now or fields.Datetime.now())
        return [
            request if request.moment else replace(request, moment=now)
            for request in requests
        ]

    @api.model
    def _to_aware(self, moment):
        """A moment from an aware datetime, or a naive one in UTC."""
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @api.model
    def _to_naive(self, moment):
        """A moment as Odoo stores it."""
        return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
