from odoo import api, fields, models

from .res_partner import READERS


class AccountMove(models.Model):
    _inherit = "account.move"

    cartera_case_id = fields.Many2one(
        "cartera.case",
        string="Collection Case",
        compute="_compute_cartera_case_id",
        search="_search_cartera_case_id",
        groups=READERS,
    )
    cartera_stage_id = fields.Many2one(
        related="cartera_case_id.stage_id", string="Collection Stage", groups=READERS
    )
    cartera_user_id = fields.Many2one(
        related="cartera_case_id.user_id", string="Collector", groups=READERS
    )
    cartera_days_overdue = fields.Integer(
        string="Days Past Due",
        compute="_compute_cartera_days_overdue",
        groups=READERS,
        help="Days past due of the oldest open instalment.",
    )

    @api.depends("commercial_partner_id", "company_id", "state", "move_type")
    def _compute_cartera_case_id(self):
        sales = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        cases = {
            (case.partner_id, case.company_id): case
            for case in self.env["cartera.case"].search(
                [
                    ("partner_id", "in", sales.commercial_partner_id.ids),
                    ("company_id", "in", sales.company_id.ids),
                ]
            )
        }
        for move in self:
            move.cartera_case_id = move in sales and cases.get(
                (move.commercial_partner_id, move.company_id)
            )

    @api.model
    def _search_cartera_case_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        condition = ("id", "in", value) if operator == "in" else value
        cases = self.env["cartera.case"].search(
            [condition] if operator == "in" else value
        )
        return fields.Domain.OR(
            [
                ("commercial_partner_id", "=", case.partner_id.id),
                ("company_id", "=", case.company_id.id),
                ("move_type", "in", self.get_sale_types(include_receipts=True)),
            ]
            for case in cases
        )

    @api.depends("line_ids.date_maturity", "line_ids.amount_residual", "state")
    @api.depends_context("tz", "uid")
    def _compute_cartera_days_overdue(self):
        days = dict(
            self.env["cartera.open.item"]._read_group(
                [
                    ("move_id", "in", self.ids),
                    ("direction", "=", "debit"),
                    ("days_overdue", ">", 0),
                ],
                ["move_id"],
                ["days_overdue:max"],
            )
        )
        for move in self:
            move.cartera_days_overdue = days.get(move._origin, 0)

    def write(self, vals):
        result = super().write(vals)
        if not {"state", "payment_state", "invoice_user_id"}.isdisjoint(vals):
            self.env["cartera.case.refresh"]._mark_lines(self.line_ids)
        return result

    def action_open_cartera_case(self):
        """Open the collection case of the invoice's debtor."""
        self.ensure_one()
        return self.cartera_case_id._get_records_action()
