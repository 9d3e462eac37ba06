from odoo import api, fields, models


class CarteraCaseConsequence(models.AbstractModel):
    """What the stages have done to the debtor of a case."""

    _name = "cartera.case.consequence"
    _description = "Consequences of a Case"

    consequence_log_ids = fields.One2many(
        "cartera.consequence.log", "case_id", string="Consequences", readonly=True
    )
    consequence_count = fields.Integer(
        string="In Force", compute="_compute_consequence_count"
    )
    is_blocked = fields.Boolean(
        string="Blocked",
        compute="_compute_consequence_count",
        help="New invoices or orders are refused.",
    )
    release_ids = fields.One2many(
        "cartera.consequence.release", "case_id", string="Exceptions", readonly=True
    )

    @api.depends("consequence_log_ids.state")
    def _compute_consequence_count(self):
        kinds = dict(
            self.env["cartera.consequence.log"]._read_group(
                [("case_id", "in", self.ids), ("state", "=", "active")],
                ["case_id"],
                ["kind:array_agg"],
            )
        )
        for case in self:
            in_force = kinds.get(case._origin, [])
            case.consequence_count = len(in_force)
            case.is_blocked = any(kind.startswith("block_") for kind in in_force)

    def action_open_consequences(self):
        """List what the stages have done to the debtors of the cases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_consequence_log_action"
        )
        action["domain"] = [("case_id", "in", self.ids)]
        return action
