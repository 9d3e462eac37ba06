from contextlib import contextmanager
from itertools import groupby

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .res_partner import DEBTOR_KINDS

# Where a transaction keeps the rows of policies as they were before it changed them.
ROWS_BEFORE = "cartera.contact.policy.rows"


class CarteraContactPolicy(models.Model):
    """When, how often and how debtors may be contacted: a law, dated and sourced, or
    what a company adds to it. Laws are the module's data and nobody edits them."""

    _name = "cartera.contact.policy"
    _description = "Contact Policy"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=100)

    # -- whose, and whom it covers ------------------------------------------------
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
        help="Whose own policy it is. The law has no company.",
    )
    is_law = fields.Boolean(
        string="Shipped",
        compute="_compute_is_law",
        search="_search_is_law",
        help="A law, or the default where there is none. Nobody edits it: an update of "
        "the module brings the new law.",
    )
    mode = fields.Selection(
        [("tighten", "On top of the law"), ("replace", "Instead of the law")],
        required=True,
        default="tighten",
        tracking=True,
        help="On top of the law a contact needs both; instead of the law, this policy "
        "alone decides, on the company's own account.",
    )
    reason = fields.Text(
        tracking=True, help="Why the company may take this policy instead of the law."
    )
    country_id = fields.Many2one(
        "res.country",
        string="Debtor's Country",
        index="btree_not_null",
        tracking=True,
        help="Empty: debtors of every country. A law without country holds where the "
        "country has none.",
    )
    covers_person = fields.Boolean(
        string="Natural Persons", default=True, tracking=True
    )
    covers_small_company = fields.Boolean(
        string="Small Companies", default=True, tracking=True
    )
    covers_company = fields.Boolean(string="Companies", default=True, tracking=True)
    creditor = fields.Selection(
        [
            ("any", "Any creditor"),
            ("commercial", "Commercial creditors"),
            ("financial", "Financial entities"),
        ],
        string="Binds",
        required=True,
        default="any",
        tracking=True,
    )
    date_from = fields.Date(string="In Force From", tracking=True)
    date_to = fields.Date(string="In Force Until", tracking=True)

    # -- when and how often -------------------------------------------------------
    window_ids = fields.One2many(
        "cartera.contact.policy.window", "policy_id", string="Hours", copy=True
    )
    cap_ids = fields.One2many(
        "cartera.contact.policy.cap", "policy_id", string="Limits", copy=True
    )
    hours_summary = fields.Char(string="Hours in Short", compute="_compute_summaries")
    caps_summary = fields.Char(string="Limits in Short", compute="_compute_summaries")
    one_channel_after_contact = fields.Selection(
        [
            ("attempt", "After any attempt"),
            ("reached", "After a contact that reached somebody"),
        ],
        string="One Channel a Week",
        tracking=True,
        help="After a contact, the other channels wait for the next week.",
    )

    # -- by what, and with whom ---------------------------------------------------
    consent_required = fields.Boolean(
        tracking=True, help="Only channels that the debtor has authorised."
    )
    visits = fields.Selection(
        [("allowed", "Allowed"), ("forbidden", "Forbidden")],
        required=True,
        default="allowed",
        tracking=True,
    )
    third_party = fields.Selection(
        [
            ("forbidden", "Nobody"),
            ("obligors", "Co-debtors and guarantors"),
            ("allowed", "Anybody"),
        ],
        string="Whom Else to Contact",
        required=True,
        default="allowed",
        tracking=True,
    )

    stop_when_sued = fields.Boolean(
        tracking=True,
        help="No contact to collect once the debtor has been served in a lawsuit.",
    )

    # -- what is said -------------------------------------------------------------
    ask_reason_forbidden = fields.Boolean(
        string="Don't Ask Why",
        tracking=True,
        help="The debtor may not be asked why the debt was not paid.",
    )
    envelope_neutral = fields.Boolean(
        string="Neutral Envelope",
        tracking=True,
        help="Nothing on the outside of a letter may tell that it is about a debt.",
    )
    required_wording_ids = fields.Many2many(
        "cartera.contact.wording",
        "cartera_contact_policy_required_rel",
        string="First Notice Must Say",
        domain=[("kind", "=", "required")],
    )
    forbidden_wording_ids = fields.Many2many(
        "cartera.contact.wording",
        "cartera_contact_policy_forbidden_rel",
        string="May Not Be Said",
        domain=[("kind", "=", "forbidden")],
    )
    log_retention_days = fields.Integer(
        string="Keep the Log (Days)",
        help="For how long the contacts must be kept as evidence. Zero: not stated. "
        "The module keeps them for ever.",
    )

    # -- where it is written ------------------------------------------------------
    basis = fields.Char(
        string="Legal Basis", translate=True, help="What refusals quote."
    )
    article_window = fields.Char(string="Article: Hours")
    article_consent = fields.Char(string="Article: Consent")
    article_third_party = fields.Char(string="Article: Third Parties")
    article_visits = fields.Char(string="Article: Visits")
    article_one_channel = fields.Char(string="Article: One Channel a Week")
    article_content = fields.Char(string="Article: Content")
    confidence = fields.Selection(
        [
            ("R", "Read in the law"),
            ("S", "Secondary source"),
            ("G", "General practice, not a law"),
        ],
        copy=False,
        help="How sure the encoding is.",
    )
    source = fields.Text(translate=True, copy=False)
    checked_on = fields.Date(string="Last Checked", copy=False)

    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)",
        "A policy is in force until after it begins to be.",
    )

    @api.depends("company_id")
    def _compute_is_law(self):
        for policy in self:
            policy.is_law = not policy.company_id

    def _search_is_law(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("company_id", "=" if True in value else "!=", False)]

    @api.depends(
        "window_ids.channels",
        "window_ids.weekday",
        "window_ids.hour_from",
        "window_ids.hour_to",
        "cap_ids.display_name",
    )
    def _compute_summaries(self):
        for policy in self:
            policy.hours_summary = policy._get_hours_summary()
            policy.caps_summary = "; ".join(policy.cap_ids.mapped("display_name"))

    def _get_hours_summary(self):
        """The hours in one line: days in a row with the same hours together."""
        groups = []
        for channels, windows in self.window_ids.grouped("channels").items():
            parts = []
            rows = windows.sorted(lambda w: (w.weekday, w.hour_from))
            # Odoo's own would join days that are not in a row.
            # pylint: disable-next=bad-builtin-groupby
            for hours, days in groupby(rows, lambda w: w._get_hours()):
                labels = [day._get_label("weekday") for day in days]
                ends = labels[:1] + labels[1:][-1:]
                parts.append(f"{' - '.join(ends)} {hours}")
            group = windows[0]._get_label("channels") if channels != "all" else ""
            groups.append(f"{group}: {', '.join(parts)}" if group else ", ".join(parts))
        return "; ".join(groups)

    # -- what a policy must be ----------------------------------------------------

    @api.constrains("mode", "reason", "company_id")
    def _check_reason(self):
        for policy in self:
            if policy.mode == "replace" and not (policy.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "%s takes the place of the law. Write down why the company "
                        "may do so.",
                        policy.name,
                    )
                )

    @api.constrains("covers_person", "covers_small_company", "covers_company")
    def _check_covers(self):
        for policy in self:
            if not policy._get_kinds():
                raise ValidationError(
                    self.env._(
                        "%s covers nobody. Choose natural persons, companies or both.",
                        policy.name,
                    )
                )

    def _get_kinds(self):
        """The kinds of debtors that the policy covers, as a frozenset."""
        kinds = (kind for kind, _label in DEBTOR_KINDS if self[f"covers_{kind}"])
        return frozenset(kinds)

    # -- who may change it --------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._check_editable()
        # The rows it begins with are no change.
        for policy in policies:
            self.env.cr.precommit.data.get(ROWS_BEFORE, {}).pop(policy.id, None)
        for policy in policies.filtered(lambda policy: policy.mode == "replace"):
            policy._message_log(
                body=self.env._("Takes the place of the law: %s", policy.reason)
            )
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        self._check_editable()
        result = super().write(vals)
        self._check_editable()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_law(self):
        self._check_editable()

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _check_editable(self):
        """Raise an AccessError for laws, unless the module itself is at work."""
        if self.env.su:
            return
        if laws := self.filtered("is_law"):
            raise AccessError(
                self.env._(
                    "%s comes with the module and nobody edits it. Make your own "
                    "version of it for your company instead.",
                    ", ".join(laws.mapped("name")),
                )
            )

    @contextmanager
    def _changing_rows(self):
        """Change rows within: refused for laws, noted in the log of the others."""
        self._check_editable()
        precommit = self.env.cr.precommit
        if ROWS_BEFORE not in precommit.data:
            precommit.data[ROWS_BEFORE] = {}
            precommit.add(self._log_rows)
        for policy in self:
            # What an update makes of a law stands in the changelog.
            if not policy.is_law:
                kept = policy, policy._get_rows_text()
                precommit.data[ROWS_BEFORE].setdefault(policy.id, kept)
        yield
        self.env.registry.clear_cache()

    @api.model
    def _log_rows(self):
        """Note what the transaction made of hours and limits: once for each policy,
        however many rows were changed one by one."""
        for policy, before in self.env.cr.precommit.data.pop(ROWS_BEFORE).values():
            if policy.exists() and policy._get_rows_text() != before:
                policy._message_log(
                    body=self.env._(
                        "Hours and limits were: %(before)s. They are: %(after)s.",
                        before=before,
                        after=policy._get_rows_text(),
                    )
                )

    def _get_rows_text(self):
        summaries = filter(None, [self.hours_summary, self.caps_summary])
        return "; ".join(summaries) or self.env._("none")

    # -- a company's own version --------------------------------------------------

    def copy_data(self, default=None):
        default = dict(default or {})
        return [
            {
                **vals,
                "company_id": vals.get("company_id") or self.env.company.id,
                "name": default.get("name") or self.env._("%s (copy)", policy.name),
            }
            for policy, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_make_own(self):
        """Copy the policy for the current company and open the copy."""
        self.ensure_one()
        own = self.copy(
            {
                "company_id": self.env.company.id,
                "name": f"{self.name} ({self.env.company.name})",
                "date_from": False,
                "date_to": False,
            }
        )
        return own._get_records_action()
