from odoo import fields, models
from odoo.exceptions import UserError

from .contact_request import ContactRequest

# States of a message that the debtor does not get.
VOID_STATES = ("refused", "cancelled", "failed", "bounced")


class CarteraCommunicationReplacement(models.AbstractModel):
    """What becomes of messages that did not get through: another one takes their place,
    or the step that they were made for is not done."""

    _name = "cartera.communication.replacement"
    _description = "Replacement of a Message"

    # -- taking the place ---------------------------------------------------------

    def _replace(self, only_others=True):
        """Plan each message anew for the next recipient in the chain, or by the channel
        to fall back to; whoever has none left stays without, as do debtors who get a
        newer message of that day.

        :param only_others: not the addresses that have been tried
        :return: the new messages
        """
        created = self.browse()
        for message in self.sudo():
            if message._find_rival():
                continue
            if recipient := message._find_next_recipient(only_others):
                values = message._prepare_replacement(recipient)
                created |= message._hand_over_step(message.create(values))
        if created:
            self.env["cartera.dispatcher"]._trigger()
        return created

    def _find_rival(self):
        """The message that the debtor gets from the strategy on the day of this one."""
        self.ensure_one()
        if self.origin != "strategy":
            return self.browse()
        return self.search(
            [
                ("id", "!=", self.id),
                ("case_id", "=", self.case_id.id),
                ("date", "=", self.date),
                ("origin", "=", "strategy"),
                ("state", "not in", VOID_STATES),
            ],
            limit=1,
        )

    def _find_next_recipient(self, only_others):
        """The first recipient in the chain whom the contact gate does not refuse, or
        None."""
        self.ensure_one()
        case = self.case_id
        recipients = self.env["cartera.recipient"]
        tried = self._get_tried() if only_others else []
        while recipient := recipients._get_recipients(
            case,
            self.channel,
            self.allow_fallback,
            [(case.id, address) for address in tried],
        ).get(case.id):
            request = ContactRequest(
                case=case,
                channel=recipient.channel,
                contact=self.env["res.partner"].browse(recipient.partner_id),
                address=recipient.address,
            )
            [decision] = self.env["cartera.contact.gate"]._decide([request])
            if decision.verdict != "refuse":
                return recipient
            tried.append(recipient.address)
        return None

    def _prepare_replacement(self, recipient):
        return {
            "case_id": self.case_id.id,
            "company_id": self.company_id.id,
            "channel": recipient.channel,
            "template_id": self.template_id.id,
            "kind": self.kind,
            "agreement_id": self.agreement_id.id,
            "step_id": self.step_id.id,
            "origin": self.origin,
            "attach_invoices": self.attach_invoices,
            "cost": self.cost,
            "contact_partner_id": recipient.partner_id,
            "address": recipient.address,
            "lang": recipient.lang,
            "allow_fallback": self.allow_fallback,
            "previous_id": self.id,
            "date": self.date,
            "date_event": self.date_event,
            "date_planned": fields.Datetime.now(),
        }

    def _get_tried(self):
        """The addresses that this message and those before it went to."""
        addresses, message = [], self
        while message:
            addresses += [message.address] if message.address else []
            message = message.previous_id
        return addresses

    # -- the step -----------------------------------------------------------------

    def _hand_over_step(self, successor):
        """The step of this message is done by another one from now on."""
        executions = self._get_executions()
        executions.communication_id = successor
        executions._take_up()
        return successor

    def _end_unsent(self, state, reason):
        """End messages that nobody will get: their steps are not done."""
        self._set_state(state, reason)
        self._get_executions()._fail(reason)

    def _get_executions(self):
        return (
            self.env["cartera.step.execution"]
            .sudo()
            .search([("communication_id", "in", self.ids)])
        )

    # -- by hand ------------------------------------------------------------------

    def action_send_again(self):
        """Plan anew messages that did not arrive, or perhaps did not."""
        self._check_rights("group_cartera_supervisor")
        lost = self.sudo()._lock_in("failed", "unconfirmed", "bounced", "refused")
        if not lost:
            raise UserError(
                self.env._("Only messages that have not arrived are sent again.")
            )
        lost._set_state(
            "failed",
            self.env._("Sent again by %(user)s", user=self.env.user.name),
        )
        lost.failure = False  # nobody else is to follow it up
        for message in lost:
            if rival := message._find_rival():
                raise UserError(
                    self.env._(
                        "%(debtor)s gets another message of %(date)s already: see "
                        "“%(message)s”.",
                        debtor=message.partner_id.display_name,
                        date=fields.Date.to_string(message.date),
                        message=rival.subject or rival.display_name,
                    )
                )
            if not message._replace(only_others=False):
                raise UserError(
                    self.env._(
                        "%(debtor)s has nobody left who can and may be written to. "
                        "Look at its contacts and their consents first.",
                        debtor=message.partner_id.display_name,
                    )
                )
