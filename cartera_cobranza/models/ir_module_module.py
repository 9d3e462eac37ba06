from odoo import models

CHECK_MODULE = "l10n_latam_check"


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        """Texts of messages that came with a language are looked at as well."""
        result = super()._update_translations(filter_lang, overwrite)
        if "cartera_cobranza" in self.mapped("name"):
            templates = self.env["cartera.message.template"]
            templates.search([])._check_wording()  # pylint: disable=no-search-all
        return result

    def module_uninstall(self):
        """Nothing refers to the cheques of a module that goes."""
        if CHECK_MODULE in self.mapped("name"):
            self.env["cartera.agreement.coverage"]._forget_checks()
        return super().module_uninstall()
