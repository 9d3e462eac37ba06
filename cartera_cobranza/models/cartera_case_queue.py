from odoo import fields, models


class CarteraCaseQueue(models.Model):
    """Debtors whose ledger changed since their case was refreshed.

    Posting and paying only append rows here, at the end of their transaction: no
    lock, no wait, no conflict between two users who post for the same debtor.
    Whoever reads a case next, or the nightly run, takes the rows out.
    """

    _name = "cartera.case.queue"
    _description = "Cases to Refresh"
    _log_access = False

    # Plain integers: a foreign key would lock the partner's row at each posting.
    company_id = fields.Integer(help="Empty when all companies are concerned.")
    partner_id = fields.Integer(required=True)
