from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.cartera_open_item import AGES


class CarteraAgingAsOf(models.TransientModel):
    """Asks for a day and a policy, and opens the open items as they stood then."""

    _name = "cartera.aging.as.of"
    _description = "Aging as of a Day"

    date = fields.Date(
        string="As of",
        required=True,
        default=lambda self: self._default_date(),
    )
    policy_id = fields.Many2one(
        "cartera.aging.policy",
        string="Aging Policy",
        required=True,
        default=lambda self: self.env.company.cartera_aging_policy_id,
    )
    age_by = fields.Selection(
        AGES,
        string="Age of Agreements",
        required=True,
        default="agreed",
        help="What the age of items under an agreement counts from. Cured: its first "
        "instalments have been paid, as many as its product asks for.",
    )

    def _default_date(self):
        """The end of last month, the day that is asked for most."""
        today = fields.Date.context_today(self)
        return fields.Date.subtract(fields.Date.start_of(today, "month"), days=1)

    def action_open(self):
        """Show the open items as of the day, first as a table by debtor and bucket."""
        self.ensure_one()
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "Choose today or a past day: the future is not in the books."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_open_item_action"
        )
        title = self.env._(
            "Open items as of %(date)s (%(policy)s)",
            date=format_date(self.env, self.date),
            policy=self.policy_id.name,
        )
        action.update(
            name=title,
            display_name=title,
            context={
                "cartera_as_of": self.date.isoformat(),
                "cartera_aging_policy_id": self.policy_id.id,
                "cartera_age_by": self.age_by,
                **self.env["cartera.open.item"]._get_pivot_context(self.date),
            },
            views=[[False, v] for v in ("pivot", "list", "kanban", "graph")],
            path=False,
        )
        return action
