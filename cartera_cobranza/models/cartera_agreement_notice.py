from odoo import fields, models

from .cartera_communication import PENDING_STATES
from .cartera_communication_replacement import VOID_STATES

NOTICE = "agreement_default"


class CarteraAgreementNotice(models.AbstractModel):
    """The notice of default: what is overdue of an agreement, and how long its debtor
    has to pay it. It leaves as any message does, by the outbox and the contact gate."""

    _name = "cartera.agreement.notice"
    _description = "Notice of Default"

    def _give_notice(self, date):
        """Give notice of default: the days to cure begin."""
        self.write(
            {
                "date_notice": date,
                "date_cure_until": fields.Date.add(date, days=self.notice_days),
            }
        )
        self._plan_notice(date)
        self._ask_about_notice()

    def _ask_about_notice(self):
        """Ask a supervisor to tell the debtor of the default where no notice of it
        has left or is about to.

        :return: whether that was asked now
        """
        # Whether the notice went out, whoever looks at the agreement.
        messages = self.env["cartera.communication"].sudo()
        last = messages.search(
            [
                ("agreement_id", "=", self.id),
                ("kind", "=", NOTICE),
                ("date", ">=", self.date_notice),
            ],
            order="id desc",
            limit=1,
        )
        if last and last.state not in VOID_STATES:
            return False
        return self._ask(
            "default",
            self.env._(
                "The notice of default could not be sent: nobody can be written "
                "to, or no message of this kind is at hand. See to it that the "
                "debtor is told."
            ),
        )

    def _plan_notice(self, date):
        """Put the notice in the outbox, to the best recipient by any channel, where
        there is a text for it."""
        # Whether the notice went out, whoever looks at the agreement.
        messages = self.env["cartera.communication"].sudo()
        template = self._get_notice_template()
        if not template:
            return
        found = (
            self.env["cartera.recipient"]
            .sudo()
            ._get_recipients(self.case_id, "email", allow_fallback=True)
        )
        recipient = found.get(self.case_id.id)
        channel = recipient.channel if recipient else "email"
        values = messages._prepare_manual(self.case_id, template, channel)
        messages.create(
            {
                **values,
                "origin": "agreement",
                "agreement_id": self.id,
                "date": date,
                "state": "planned" if values["address"] else "failed",
                "message": not values["address"] and self.env._("No usable address"),
            }
        )
        self.env["cartera.dispatcher"]._trigger()

    def _get_notice_template(self):
        """The company's own text of the notice, else the one that all share."""
        return (
            self.env["cartera.message.template"]
            .sudo()
            .search(
                [
                    ("kind", "=", NOTICE),
                    ("company_id", "in", [False, self.company_id.id]),
                ],
                order="company_id, sequence, id",
                limit=1,
            )
        )

    def _lift_notice(self, reason):
        """Take the notice of default back."""
        self.write({"date_notice": False, "date_cure_until": False})
        self._cancel_notices()
        self._forget_tasks("default")
        self._message_log(body=reason)

    def _cancel_notices(self):
        """Call off the notices that have not left."""
        waiting = (
            self.env["cartera.communication"]
            .sudo()
            .search(
                [
                    ("agreement_id", "in", self.ids),
                    ("kind", "=", NOTICE),
                    ("state", "in", PENDING_STATES),
                ]
            )
        )
        waiting._set_state(
            "cancelled", self.env._("The notice of default was taken back.")
        )
