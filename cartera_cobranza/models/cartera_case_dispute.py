from odoo import Command, models
from odoo.exceptions import UserError


class CarteraCaseDispute(models.AbstractModel):
    """What the debtor of a case contests."""

    _name = "cartera.case.dispute"
    _description = "Disputes of a Case"

    def _open_dispute(self, vals):
        """Open a dispute of the debtor, with the question to its owner.

        :param vals: ``reason_id``; ``lines``, pairs of journal item id and amount in
            its currency; optional ``description``, ``attachment_ids``, ``contact_id``,
            ``user_id`` and ``date_deadline``
        :return: the ``cartera.dispute``
        :raise UserError: when more is contested than an item leaves open, or nothing
        """
        self.ensure_one()
        lines = vals.get("lines")
        if not lines:
            raise UserError(self.env._("Say which items the debtor contests."))
        values = {
            "case_id": self.id,
            "reason_id": vals["reason_id"],
            "item_ids": [
                Command.create({"line_id": line_id, "amount": amount})
                for line_id, amount in lines
            ],
        }
        if attachment_ids := vals.get("attachment_ids"):
            values["attachment_ids"] = [Command.set(attachment_ids)]
        for name in ("contact_id", "date_deadline", "description", "user_id"):
            if vals.get(name):
                values[name] = vals[name]
        return self.env["cartera.dispute"].create(values)

    def action_dispute(self):
        """Open the window that notes what the debtor contests."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_dispute_action_new"
        )
        action["context"] = {"default_case_id": self.id}
        return action
