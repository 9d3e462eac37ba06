from odoo import api, models


class CarteraCaseWindow(models.AbstractModel):
    """A window about one case. Much of what it shows is read beyond the rights of its
    user, so it opens for those alone who may see the debtor: also when somebody sends
    the id of another case past the views."""

    _name = "cartera.case.window"
    _description = "Window About a Case"

    @api.model_create_multi
    def create(self, vals_list):
        windows = super().create(vals_list)
        windows._check_case()
        return windows

    def write(self, vals):
        result = super().write(vals)
        self._check_case()
        return result

    def _check_case(self):
        """:raise AccessError: unless the user may see the debtors"""
        # What is stored is worked out without asking for rights.
        self.case_id.sudo(False).check_access("read")
