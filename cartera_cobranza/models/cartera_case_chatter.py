from odoo import SUPERUSER_ID, models

# What comes in, and what answers it by itself: nobody is there to be told that it may
# not be sent.
UNATTENDED_TYPES = frozenset({"email", "auto_comment", "out_of_office"})


class CarteraCaseChatter(models.AbstractModel):
    """What people write in the chatter of a case: to the debtor it is a contact like
    any other, to colleagues it is free."""

    _name = "cartera.case.chatter"
    _description = "Chatter of a Case"

    # -- who reads ----------------------------------------------------------------

    def message_post(self, **kwargs):
        """Nobody follows the case by being written to: whatever is said on it later
        would reach the debtor."""
        self = self.with_context(mail_post_autofollow=False)
        return super().message_post(**kwargs)

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """Only our own people are proposed: the debtor is written to on purpose, or in
        answer to a message."""
        gate = self.env["cartera.contact.gate"]
        suggested = super()._message_add_suggested_recipients(force_primary_email)
        for case in self.sudo():
            people = suggested[case.id]["partners"]
            suggested[case.id] = {
                "email_to_lst": [],
                "partners": people.filtered(
                    lambda person, case=case: not gate._is_outside(case, person)
                ),
            }
        return suggested

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """What a debtor writes is not passed on to others outside who follow."""
        rows = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self._get_message_type(message, msg_vals) != "email":
            return rows
        return [row for row in rows if not self._is_outside_reader(row)]

    def _is_outside_reader(self, row):
        """Whether a row of recipients is not of the house."""
        person = self.env["res.partner"].sudo().browse(row["id"] or [])
        return self.env["cartera.contact.gate"]._is_outside(self.sudo(), person)

    # -- contacts -----------------------------------------------------------------

    def _notify_thread_by_email(
        self, message, recipients_data, *, msg_vals=False, **kwargs
    ):
        """Write by e-mail to those to whom it is lawful now."""
        readers = [row for row in recipients_data if row["notif"] == "email"]
        ways = [(row["id"], row["email_normalized"]) for row in readers]
        if not self._pass_gate_with(message, msg_vals, "email", ways):
            recipients_data = [
                row for row in recipients_data if not self._is_outside_reader(row)
            ]
        return super()._notify_thread_by_email(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )

    def _notify_thread_by_sms(
        self,
        message,
        recipients_data,
        msg_vals=False,
        sms_numbers=None,
        sms_pid_to_number=None,
        **kwargs,
    ):
        """Write by SMS to those to whom it is lawful now."""
        number_of = sms_pid_to_number or {}
        readers = [row for row in recipients_data if row["notif"] == "sms"]
        people = self.env["res.partner"].sudo().browse(row["id"] for row in readers)
        ways = [
            (person.id, self._get_number(number_of.get(person.id) or person.phone))
            for person in people
        ]
        ways += [(None, self._get_number(number)) for number in sms_numbers or []]
        if not self._pass_gate_with(message, msg_vals, "sms", ways):
            recipients_data, sms_numbers = [], None
        return super()._notify_thread_by_sms(
            message,
            recipients_data,
            msg_vals=msg_vals,
            sms_numbers=sms_numbers,
            sms_pid_to_number=sms_pid_to_number,
            **kwargs,
        )

    def _get_number(self, number):
        return number and (self.sudo()._phone_format(number=number) or number)

    def _pass_gate_with(self, message, msg_vals, channel, ways):
        """Pass the gate with a message of the chatter that leaves now.

        :param ways: ``[(partner id or False, address), ...]``
        :return: whether it may leave
        :raise UserError: when it may not, and somebody is there to be told
        """
        gate = self.env["cartera.contact.gate"]
        partners = self.env["res.partner"].sudo()
        ways = [(partners.browse(person or []), address) for person, address in ways]
        requests = gate._find_outside(self, channel, ways)
        if not requests:
            return True
        unattended = self._get_message_type(message, msg_vals) in UNATTENDED_TYPES
        by_person = self.env.uid != SUPERUSER_ID and not unattended
        return gate._pass_message(requests, by_person)

    def _get_message_type(self, message, msg_vals):
        return (msg_vals or {}).get("message_type") or message.sudo().message_type
