"""Messages that leave from Odoo's own windows, templates and actions instead of the
outbox."""

from dataclasses import replace

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .contact_request import ContactRequest


class CarteraContactMessage(models.AbstractModel):
    _name = "cartera.contact.message"
    _description = "Messages That Pass the Contact Gate"

    # -- who is outside -----------------------------------------------------------

    @api.model
    def _find_outside(self, case, channel, ways):
        """The requests to write to those who are not of the house.

        :param ways: ``[(partner or None, address), ...]``; without address nothing
            arrives
        :return: one :class:`ContactRequest` per person, all together one contact
        """
        case = case.sudo()
        requests = {}
        for person, address in ways:
            if not address:
                continue
            person = person or self._find_person(case, channel, address)
            if self._is_outside(case, person):
                requests[address] = ContactRequest(
                    case, channel, person or None, address, joined=True
                )
        found = list(requests.values())
        # The contact counts with the last of them.
        return [*found[:-1], replace(found[-1], joined=False)] if found else []

    @api.model
    def _find_person(self, case, channel, address):
        """Whose address it is, the debtor's people first; an empty partner when nobody
        knows."""
        partners = self.env["res.partner"].sudo()
        if channel == "email":
            known = Domain("email_normalized", "=", email_normalize(address))
        else:
            known = Domain("phone_sanitized", "=", address)
        people = partners.search(known)
        debtors = case.partner_id | case.obligor_ids
        owing = people.filtered(
            lambda person: (person | person.commercial_partner_id) & debtors
        )
        return (owing or people.sorted("partner_share"))[:1]

    @api.model
    def _is_outside(self, case, person):
        """Whether writing to somebody is a contact: to all but our own people, of whom
        some may owe themselves."""
        person = person.sudo()
        debtor = person.commercial_partner_id
        if not person or (person | debtor) & (case.partner_id | case.obligor_ids):
            return True
        company = case.company_id.partner_id.commercial_partner_id
        return person.partner_share and debtor != company

    # -- passing ------------------------------------------------------------------

    @api.model
    def _pass_message(self, requests, by_person):
        """Pass the gate with one message that leaves now, and log it.

        :param requests: as :meth:`_find_outside` returns them
        :param by_person: whether somebody is there to be told; what a machine may not
            send is noted on the case
        :return: whether the message may leave
        :raise UserError: when it may not, and somebody is there
        """
        if by_person:
            self._require(requests, "manual")
            self._log_messages([requests])
            return True
        reasons = self._pass_messages({"message": requests})
        for reason in reasons.values():
            requests[0].case._message_log(body=reason)
        return not reasons

    @api.model
    def _pass_messages(self, requests_of):
        """Pass the gate with messages of which each leaves or not, and log those that
        do.

        :param requests_of: ``{key: requests}``, these as :meth:`_find_outside` returns
            them
        :return: ``{key: why not}`` of those that may not leave
        """
        asked = [(key, one) for key, found in requests_of.items() for one in found]
        if not asked:
            return {}
        decisions = self._admit([request for _key, request in asked], "manual")
        reasons = {
            key: self._explain(request, decision)
            for (key, request), decision in zip(asked, decisions, strict=True)
            if not decision.allowed
        }
        left = {key for key, _request in asked} - set(reasons)
        self._log_messages([requests_of[key] for key in requests_of if key in left])
        return reasons

    def _explain(self, request, decision):
        return self.env._(
            "Not sent to %(address)s. %(reason)s",
            address=request.address,
            reason=self._describe(request.case, decision),
        )

    def _log_messages(self, messages):
        """One contact per message, whoever reads it.

        :param messages: the requests of each
        """
        machine = self.env.uid == SUPERUSER_ID
        self.env["cartera.contact"]._log(
            [
                {
                    "case_id": requests[0].case.id,
                    "channel": requests[0].channel,
                    "contact_partner_id": (
                        requests[0].contact.id if requests[0].contact else False
                    ),
                    "address": ", ".join(request.address for request in requests),
                    "origin": "manual",
                    "user_id": False if machine else self.env.uid,
                }
                for requests in messages
            ]
        )
