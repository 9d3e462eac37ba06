from odoo import fields, models


class CarteraRunError(models.Model):
    _name = "cartera.run.error"
    _description = "Error of a Nightly Run"
    _order = "run_id desc, id"
    _rec_name = "message"

    run_id = fields.Many2one(
        "cartera.run", required=True, index=True, ondelete="cascade"
    )
    phase_id = fields.Many2one(
        "cartera.run.phase", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty when the whole phase failed.",
    )
    message = fields.Text(required=True)
