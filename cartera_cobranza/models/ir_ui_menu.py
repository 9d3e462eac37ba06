from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Who never had a dispute to answer, or has the whole menu of collections,
        needs no menu of their own disputes."""
        hidden = super()._load_menus_blacklist()
        own = self.env.ref(
            "cartera_cobranza.cartera_menu_my_disputes", raise_if_not_found=False
        )
        if own and not self._has_cartera_disputes():
            hidden.append(own.id)
        return hidden

    def _has_cartera_disputes(self):
        root = self.env.ref("cartera_cobranza.cartera_menu_root")
        if root.sudo().group_ids & self.env.user.all_group_ids:
            return False
        disputes = self.env["cartera.dispute"].sudo()
        return bool(disputes.search_count([("user_id", "=", self.env.uid)], limit=1))
