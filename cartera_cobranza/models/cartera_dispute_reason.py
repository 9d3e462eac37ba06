from odoo import api, fields, models

ROOT_CAUSES = [
    ("sales", "Sales"),
    ("logistics", "Logistics"),
    ("quality", "Quality"),
    ("invoicing", "Invoicing"),
    ("treasury", "Cash application"),
    ("debtor", "The debtor"),
]


class CarteraDisputeReason(models.Model):
    """Why debtors contest, which part of the company is at its root, and who answers
    by when."""

    _name = "cartera.dispute.reason"
    _description = "Reason of Disputes"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    root_cause = fields.Selection(ROOT_CAUSES, required=True, default="sales")
    owner = fields.Selection(
        [
            ("salesperson", "The salesperson of the invoice"),
            ("user", "One person"),
            ("collector", "The collector"),
        ],
        string="Answered By",
        required=True,
        default="salesperson",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    answer_days = fields.Integer(
        string="Days to Answer", required=True, default=10, help="Calendar days."
    )

    _days_positive = models.Constraint(
        "CHECK (answer_days > 0)", "Give at least one day to answer."
    )

    def _find_owner(self, case, moves):
        """Who answers a dispute of this reason: whom it names, else whoever works on
        the debtor, else the user.

        :param moves: the contested entries
        :return: one user of the company, or none
        """
        case, moves = case.sudo(), moves.sudo()
        people = []
        if self.owner == "salesperson":
            people = [moves.invoice_user_id[:1], case.partner_id.user_id]
        elif self.owner == "user":
            people = [self.sudo().user_id]
        people += [case.worker_id, case.user_id, self.env.user]
        return next(
            (person for person in people if self._may_answer(person, case.company_id)),
            self.env["res.users"],
        )

    @api.model
    def _may_answer(self, user, company):
        return user.active and not user.share and company in user.company_ids
