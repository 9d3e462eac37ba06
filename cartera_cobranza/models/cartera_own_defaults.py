from odoo import api, models


class CarteraOwnDefaults(models.AbstractModel):
    """What programs alone write comes of no default of whoever calls them: neither of
    the context nor of one that somebody keeps. What is asked of the values of a new
    record would miss those."""

    _name = "cartera.own.defaults"
    _description = "Defaults of What Programs Write"

    @api.model
    def default_get(self, fields):
        ours = {name for name in fields if self._is_by_program(name)}
        values = super().default_get([name for name in fields if name not in ours])
        for name in ours:
            field = self._fields.get(name)
            if field and field.default:
                value = field.convert_to_cache(field.default(self), self, False)
                values[name] = field.convert_to_write(value, self)
        return values

    @api.model
    def _is_by_program(self, name):
        """Whether programs alone write a field.

        :param name: of the field
        """
        return False
