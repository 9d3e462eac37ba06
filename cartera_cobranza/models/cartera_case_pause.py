from odoo import Command, models


class CarteraCasePause(models.AbstractModel):
    """Leaving the debtor of a case alone for some days, or some of its items."""

    _name = "cartera.case.pause"
    _description = "Pauses of a Case"

    def _pause(self, vals):
        """Pause the debtor, or some of its items.

        :param vals: ``reason`` and ``date_review``, the last day of the pause; also
            ``kind``, its owner's ``user_id``, and ``line_ids``, the ids of the items
            where it is not the whole debtor
        :return: the ``cartera.pause`` record
        :raise UserError: when only a supervisor may pause for so long
        """
        self.ensure_one()
        line_ids = vals.get("line_ids") or []
        values = {
            "user_id": self._get_pause_owner().id,
            **vals,
            "case_id": self.id,
            "is_whole": not line_ids,
            "line_ids": [Command.set(list(line_ids))],
        }
        return self.env["cartera.pause"].create(values)

    def _get_pause_owner(self):
        """Whoever makes the pause; of those by the machine, the collector."""
        if not self.env.user._is_superuser():
            return self.env.user
        return self.user_id or self.company_id.cartera_default_user_id or self.env.user

    # -- actions ------------------------------------------------------------------

    def action_pause(self):
        """Open the form of a new pause of the debtor."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause"),
            "res_model": "cartera.pause",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_open_pauses(self):
        """List the pauses of the debtors of the cases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_pause_action"
        )
        action["domain"] = [("case_id", "in", self.ids)]
        action["context"] = {}
        return action
