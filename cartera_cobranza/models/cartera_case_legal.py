from odoo import fields, models


class CarteraCaseLegal(models.AbstractModel):
    """What a debtor's legal cases mean for its file."""

    _name = "cartera.case.legal"
    _description = "Legal Cases of a Case"

    legal_case_count = fields.Integer(compute="_compute_legal_case_count")
    counsel_only = fields.Boolean(
        string="Through Counsel Only",
        readonly=True,
        help="A legal case says that the debtor is contacted through its counsel.",
    )
    counsel_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _compute_legal_case_count(self):
        counts = dict(
            self.env["cartera.legal.case"]._read_group(
                [("case_id", "in", self.ids)], ["case_id"], ["__count"]
            )
        )
        for case in self:
            case.legal_case_count = counts.get(case._origin, 0)

    def _get_pending_legal_cases(self):
        return self.legal_case_ids.filtered(lambda legal: legal.state != "closed")

    def _follow_counsel(self):
        """Keep whom the legal cases that are not closed allow to speak with."""
        for case in self:
            asking = case._get_pending_legal_cases().filtered("counsel_only")
            case.write(
                {
                    "counsel_only": bool(asking),
                    "counsel_id": asking.counsel_id[:1].id,
                }
            )

    # -- actions ------------------------------------------------------------------

    def action_legal_case(self):
        """Open the form of a new legal case against the debtor."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Legal Case"),
            "res_model": "cartera.legal.case",
            "views": [[False, "form"]],
            "context": {"default_case_id": self.id},
        }

    def action_open_legal_cases(self):
        """Open the legal cases against the debtors."""
        return self.legal_case_ids._get_records_action(name=self.env._("Legal Cases"))
