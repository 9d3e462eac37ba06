from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..lib import aging

# Context key: the buckets change with their policy, which looks after the rest.
TOGETHER = "cartera_buckets_together"


class CarteraAgingPolicy(models.Model):
    _name = "cartera.aging.policy"
    _description = "Aging Policy"
    _order = "sequence, name, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to offer the policy to every company.",
    )
    basis = fields.Selection(
        [("date_due", "Due date"), ("invoice_date", "Invoice date")],
        default="date_due",
        required=True,
        help="The date from which the days of age are counted.",
    )
    bucket_ids = fields.One2many("cartera.aging.bucket", "policy_id", copy=True)

    @api.constrains("bucket_ids", "basis")
    def _check_buckets(self):
        for policy in self:
            if not policy.bucket_ids and not self.env.registry.ready:
                continue  # a data file creates the buckets after their policy
            try:
                aging.check_first_days(
                    policy.bucket_ids.mapped("day_from"),
                    split_at_due_date=policy.basis == "date_due",
                )
            except aging.AgingError as error:
                raise ValidationError(policy._get_bucket_message(error)) from error

    def _get_bucket_message(self, error):
        """Say in the user's words what is wrong with the buckets.

        :param error: a :class:`~odoo.addons.cartera_cobranza.lib.aging.AgingError`
        """
        self.ensure_one()
        if error.code == "empty":
            return self.env._(
                "The aging policy %(policy)s has no bucket. Add at least one that is "
                "not due and one that starts on day 1.",
                policy=self.name,
            )
        if error.code == "duplicate":
            return self.env._(
                "Two buckets of the aging policy %(policy)s start on day %(day)s. "
                "Give each bucket a first day of its own.",
                policy=self.name,
                day=error.day,
            )
        return self.env._(
            "The aging policy %(policy)s needs a bucket that starts on day 1, and one "
            "before it for what is not due yet: what is due today is not overdue.",
            policy=self.name,
        )

    @api.constrains("active")
    def _check_active(self):
        self.filtered(lambda policy: not policy.active)._check_unused()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        if users := self._get_companies():
            raise UserError(
                self.env._(
                    "The companies %(companies)s age their receivables by this "
                    "policy. Choose another one in their settings first.",
                    companies=", ".join(users.mapped("name")),
                )
            )

    @api.constrains("company_id")
    def _check_companies(self):
        self._get_companies()._check_cartera_aging_policy()

    @api.model_create_multi
    def create(self, vals_list):
        together = self.with_context(**{TOGETHER: True})
        return super(CarteraAgingPolicy, together).create(vals_list).with_env(self.env)

    def write(self, vals):
        together = self.with_context(**{TOGETHER: True})
        result = super(CarteraAgingPolicy, together).write(vals)
        if {"bucket_ids", "basis"} & vals.keys():
            self._refresh_cases()
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", policy.name)}
            for policy, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _get_companies(self):
        """Companies, archived ones too, that age their receivables by the policies."""
        # A policy may serve companies that the user cannot see.
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return companies.search([("cartera_aging_policy_id", "in", self.ids)])

    def _refresh_cases(self):
        """Put the cases of the companies that use the policies in their new buckets."""
        for company in self._get_companies():
            self.env["cartera.case.refresh"]._refresh(company)

    def _apply_buckets(self):
        """Check the policies and refresh their cases after single buckets changed."""
        # A data file creates the buckets one by one, an uninstallation deletes them so.
        if not self.env.registry.ready:
            return
        if {TOGETHER, MODULE_UNINSTALL_FLAG} & self.env.context.keys():
            return
        self._check_buckets()
        self._refresh_cases()


class CarteraAgingBucket(models.Model):
    _name = "cartera.aging.bucket"
    _description = "Aging Bucket"
    _order = "policy_id, day_from, id"

    policy_id = fields.Many2one(
        "cartera.aging.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    name = fields.Char(required=True, translate=True)
    day_from = fields.Integer(
        string="First Day",
        required=True,
        help="First day of age that falls in the bucket: day 1 is the day after the "
        "due date, negative days are still to come. The lowest bucket also holds "
        "everything before its first day.",
    )
    range_label = fields.Char(string="Days", compute="_compute_range")
    side = fields.Selection(
        [("not_due", "Not due"), ("overdue", "Overdue")],
        compute="_compute_range",
        help="Whether the bucket holds what is not due yet or what is overdue.",
    )
    color = fields.Char(
        default="#64748b",
        help="Color of the bucket in the aging strip.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        buckets = super().create(vals_list)
        buckets.policy_id._apply_buckets()
        return buckets

    def write(self, vals):
        policies = self.policy_id
        result = super().write(vals)
        if {"day_from", "policy_id"} & vals.keys():
            (policies | self.policy_id)._apply_buckets()
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        policies._apply_buckets()
        return result

    @api.depends("day_from", "policy_id.bucket_ids.day_from")
    def _compute_range(self):
        for policy, buckets in self.grouped("policy_id").items():
            first_days = sorted({b.day_from for b in policy.bucket_ids | buckets})
            ranges = aging.bucket_ranges(first_days)
            for bucket in buckets:
                first, last = ranges[first_days.index(bucket.day_from)]
                bucket.range_label = bucket._get_range_label(first, last)
                overdue = bucket.day_from >= aging.FIRST_DAY_OVERDUE
                bucket.side = "overdue" if overdue else "not_due"

    def _get_range_label(self, first, last):
        """Describe the days from ``first`` to ``last``; None is an open end."""
        if first is None and last is None:
            return self.env._("all")
        if first is None:
            return self.env._("up to %(last)s", last=last)
        if last is None:
            return self.env._("%(first)s or more", first=first)
        return self.env._("%(first)s to %(last)s", first=first, last=last)
