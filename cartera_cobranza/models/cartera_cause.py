from odoo import api, fields, models
from odoo.exceptions import AccessError

SENSITIVE_GROUP = "cartera_cobranza.group_cartera_sensitive"

# Of the causes that are deleted, so many at once.
PURGE_BATCH = 1000


class CarteraCause(models.Model):
    """A cause of late payment, as a code and no more, and what it suggests."""

    _name = "cartera.cause"
    _description = "Cause of Late Payment"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_sensitive = fields.Boolean(
        string="Sensitive",
        help="Health, work and the like: shown to few, and deleted after a time.",
    )
    retention_days = fields.Integer(
        string="Deleted After", default=180, help="Days that a sensitive cause is kept."
    )
    is_ours = fields.Boolean(
        string="Our Fault", help="The salesperson of the debtor is told."
    )
    pause_days = fields.Integer(
        string="Suggested Pause", help="Days; zero: none is suggested."
    )
    suggested_product = fields.Selection(
        [
            ("finiquito", "Settlement at a discount (finiquito)"),
            ("reestructura", "Restructuring in instalments (reestructura)"),
            ("convenio_judicial", "Settlement in court (convenio judicial)"),
        ],
        help="The agreement that fits this cause.",
    )
    playbook = fields.Text(translate=True, help="What to offer and what to ask for.")

    _code_uniq = models.Constraint("UNIQUE (code)", "This code exists already.")
    _days_positive = models.Constraint(
        "CHECK (pause_days >= 0 AND retention_days > 0)",
        "Days may not be negative, and a cause is kept one day at least.",
    )
    _ours_is_not_sensitive = models.Constraint(
        "CHECK (NOT (is_ours AND is_sensitive))",
        "What is our fault is told to sales, and cannot be sensitive.",
    )

    def write(self, vals):
        self._check_disclosure(vals)
        return super().write(vals)

    def _check_disclosure(self, vals):
        """What has been noted as sensitive stays so, and is not kept for longer, by
        the will of somebody who may not see it.

        :raise AccessError: when it would be disclosed
        """
        if self.env.su or self.env.user.has_group(SENSITIVE_GROUP):
            return
        for cause in self.filtered("is_sensitive"):
            shown = not vals.get("is_sensitive", True)
            days = vals.get("retention_days", cause.retention_days)
            if shown or days > cause.retention_days:
                raise AccessError(
                    self.env._(
                        "Only those who may see sensitive causes can make one public "
                        "or keep it for longer."
                    )
                )


class CarteraCaseCause(models.Model):
    """A cause that was learned of a debtor: the code, the day and who noted it.

    Of a sensitive one nothing else is written anywhere. Those of the group see it,
    and for 24 hours whoever noted it; later it is deleted.
    """

    _name = "cartera.case.cause"
    _description = "Cause of a Debtor"
    _order = "date desc, id desc"
    _rec_name = "cause_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    cause_id = fields.Many2one("cartera.cause", required=True, index=True)
    is_sensitive = fields.Boolean(
        related="cause_id.is_sensitive", store=True, precompute=True
    )
    is_ours = fields.Boolean(related="cause_id.is_ours", store=True, precompute=True)
    playbook = fields.Text(related="cause_id.playbook")
    date = fields.Date(required=True, default=fields.Date.context_today, readonly=True)
    date_purge = fields.Date(
        string="Deleted On",
        compute="_compute_date_purge",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Empty: it is not sensitive and stays.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Noted By",
        default=lambda self: self.env.user,
        readonly=True,
    )
    # -- for those who answer for it ----------------------------------------------
    salesperson_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        help="Of the debtor or, without one, of the last invoice, at that time.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_overdue = fields.Monetary(
        string="Overdue Then",
        readonly=True,
        help="What the debtor had overdue when this was noted.",
    )

    @api.depends("case_id")
    def _compute_company_id(self):
        for cause in self:
            cause.company_id = cause.case_id.company_id
            cause.partner_id = cause.case_id.partner_id

    @api.depends("date", "cause_id.is_sensitive", "cause_id.retention_days")
    def _compute_date_purge(self):
        for row in self:
            days = row.cause_id.retention_days
            row.date_purge = row.cause_id.is_sensitive and fields.Date.add(
                row.date, days=days
            )

    def _describe_suggestion(self):
        """What the cause suggests, in a sentence; empty if nothing."""
        cause = self.cause_id
        products = dict(
            cause._fields["suggested_product"]._description_selection(self.env)
        )
        values = {
            "cause": cause.name,
            "days": cause.pause_days,
            "product": products.get(cause.suggested_product),
        }
        if cause.pause_days and cause.suggested_product:
            return self.env._(
                "%(cause)s: a pause of %(days)s days and this agreement: %(product)s.",
                **values,
            )
        if cause.pause_days:
            return self.env._("%(cause)s: a pause of %(days)s days.", **values)
        if cause.suggested_product:
            return self.env._("%(cause)s: this agreement: %(product)s.", **values)
        return ""

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                # Who noted it, and when, is not for people to choose.
                for name in ("date", "user_id", "salesperson_id", "amount_overdue"):
                    vals.pop(name, None)
            case = self.env["cartera.case"].browse(vals["case_id"])
            case.check_access("write")
            vals.setdefault("date", case.company_id._get_cartera_today())
            vals["amount_overdue"] = case.amount_overdue
            vals["salesperson_id"] = self._find_salesperson(case).id
        rows = super().create(vals_list)
        rows.filtered("is_ours")._tell_sales()
        return rows

    @api.ondelete(at_uninstall=False)
    def _unlink_only_by_author(self):
        """:raise AccessError: unless it is the user's own and fresh, or the user is a
        supervisor"""
        if self.env.su or self.env.user.has_group(
            "cartera_cobranza.group_cartera_supervisor"
        ):
            return
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        if self.filtered(
            lambda row: row.user_id != self.env.user or row.create_date < since
        ):
            raise AccessError(
                self.env._(
                    "A cause is deleted by whoever noted it, within a day, or a "
                    "supervisor."
                )
            )

    @api.model
    def _find_salesperson(self, case):
        """The debtor's salesperson or, without one, that of the last invoice."""
        case = case.sudo()
        invoice = self.env["account.move"].sudo()
        if not case.partner_id.user_id:
            invoice = invoice.search(
                [
                    ("partner_id.cartera_debtor_id", "=", case.partner_id.id),
                    ("company_id", "=", case.company_id.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ],
                order="invoice_date desc, id desc",
                limit=1,
            )
        user = case.partner_id.user_id or invoice.invoice_user_id
        return user.filtered(lambda person: person.active and not person.share)

    def _tell_sales(self):
        """An activity on the contact, which sales can read, unless one waits."""
        kind = "cartera_cobranza.mail_activity_type_our_fault"
        for row in self.sudo().filtered("salesperson_id"):
            seller, partner = row.salesperson_id, row.partner_id
            waiting = partner.activity_search([kind], user_id=seller.id)
            if row.cause_id.name not in waiting.mapped("summary"):
                partner.activity_schedule(
                    kind, user_id=seller.id, summary=row.cause_id.name
                )

    # -- deletion -----------------------------------------------------------------

    @api.autovacuum
    def _gc_sensitive(self):
        """Delete sensitive causes whose time is over.

        :return: ``(number deleted, number left)``
        """
        domain = [("date_purge", "<=", fields.Date.today())]
        rows = self.sudo().search(domain, limit=PURGE_BATCH)
        count = len(rows)
        rows.unlink()
        return count, self.sudo().search_count(domain)
