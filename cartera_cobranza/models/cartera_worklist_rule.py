from odoo import api, fields, models
from odoo.tools import format_amount

FACTORS = [
    ("amount", "Overdue amount"),
    ("age", "Days past due"),
    ("broken_promise", "Broken promises in the last 90 days"),
    ("broken_agreement", "Broken or expired agreements in the last 90 days"),
    ("default_notice", "Agreements with a notice of default"),
    ("overdue_installment", "Overdue instalments of agreements"),
    ("bounced_payment", "Payments that fell through in the last 90 days"),
    ("promise_today", "Promises due today"),
    ("step_due", "Calls and visits that are due"),
    ("activity_due", "Other activities that are due"),
    ("reply", "Answers that nobody has read"),
    ("resubmission", "Days since it was to be looked at again"),
    ("no_attention", "Days without attention"),
    ("dispute_late", "Disputes past their deadline"),
    ("unapplied", "Share of the debt that unapplied money covers, in percent"),
    ("limitation", "Days to limitation"),
]
COUNTED_IN_DAYS = ("age", "resubmission", "no_attention", "limitation")


class CarteraWorklistRule(models.Model):
    """Points for what makes a debtor urgent, and how many.

    For each factor a company's own rules, where it has any, stand in place of those
    that all share; a rule of no points switches a factor off.
    """

    _name = "cartera.worklist.rule"
    _description = "Points of the Worklist"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, translate=True, help="As collectors read it on their list."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for all companies. For each factor the rules of a company stand "
        "in place of those for all.",
    )
    factor = fields.Selection(FACTORS, required=True)
    threshold = fields.Float(
        help="Points are given from this value on; for days to limitation, up to it. "
        "Amounts are in the currency of each company."
    )
    unit = fields.Float(
        help="Every further amount of this size gives the points once more. Zero: only "
        "once."
    )
    points = fields.Integer(
        required=True, help="Below zero where the debtor is to wait."
    )
    max_points = fields.Integer(help="Never more than this. Zero: no limit.")

    _not_negative = models.Constraint(
        "CHECK (threshold >= 0 AND unit >= 0 AND max_points >= 0)",
        "Threshold, unit and the most points of a rule cannot be negative.",
    )

    @api.model
    def _get_rules(self, company):
        """The rules that give points in ``company``."""
        rules = self.sudo().search([("company_id", "in", [False, company.id])])
        own = set(rules.filtered("company_id").mapped("factor"))
        return rules.filtered(lambda rule: rule.company_id or rule.factor not in own)

    def _describe(self, measure, currency):
        """What was measured, in words, or an empty string where it says nothing.

        :param measure: number of days, of records, percent, or an amount
        :param currency: of the amount
        """
        self.ensure_one()
        if self.factor == "amount":
            return format_amount(self.env, measure, currency)
        if self.factor == "unapplied":
            return self.env._("%s%% of the debt", int(measure))
        if self.factor in COUNTED_IN_DAYS:
            return self.env._("%s days", int(measure))
        return str(int(measure))
