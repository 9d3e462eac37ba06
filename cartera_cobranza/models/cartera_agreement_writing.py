from odoo import api, models
from odoo.exceptions import AccessError, UserError

from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)

# What people settle while they negotiate.
NEGOTIATED_FIELDS = frozenset(
    {
        "amount_fee",
        "amount_payable",
        "amount_quita_capital",
        "amount_quita_fee",
        "amount_quita_interest",
        "case_id",
        "currency_id",
        "date",
        "date_down_payment",
        "date_first",
        "date_valid_until",
        "day_count",
        "down_payment",
        "equal_with_taxes",
        "grace_kind",
        "grace_periods",
        "index_currency_id",
        "installment_ids",
        "item_ids",
        "last_day",
        "method",
        "move_to_working",
        "override_reason",
        "periodicity",
        "product_id",
        "quita_capital",
        "quita_fee",
        "quita_interest",
        "rate",
        "rate_kind",
        "refinanced_from_id",
        "term",
    }
)

QUITA_AMOUNTS = frozenset(
    {"amount_quita_capital", "amount_quita_fee", "amount_quita_interest"}
)
QUITA_DECIDING = frozenset(
    {
        "case_id",
        "currency_id",
        "item_ids",
        "quita_capital",
        "quita_fee",
        "quita_interest",
    }
)
# What does not change the schedule or its effect.
TERMS_DECIDING = NEGOTIATED_FIELDS - {"date_valid_until", "override_reason"}

# Context key: what follows from the terms is being written.
REFRESHING = "cartera_refreshing"

# What they settle until it is in force.
COURT_FIELDS = frozenset({"court_effect", "legal_case_id"})

# What they write at any time.
EDITABLE_FIELDS = frozenset(
    {
        "activity_ids",
        "court_conditions",
        "coverage_ids",
        "date_suspended_until",
        "message_follower_ids",
        "note",
        "user_id",
    }
)


class CarteraAgreementWriting(models.AbstractModel):
    """What people write of an agreement, and what is worked out from it at once."""

    _name = "cartera.agreement.writing"
    _description = "Writing of Agreements"
    _inherit = ["cartera.own.defaults"]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_writable(vals, "draft")
            self._check_case(vals)
        agreements = super().create(vals_list)
        for agreement, vals in zip(agreements, vals_list, strict=True):
            agreement._take_terms(vals)
            agreement._note_change(False)
        return agreements

    def write(self, vals):
        for agreement in self:
            self._check_writable(vals, agreement.state)
        if "case_id" in vals:
            self._check_case(vals)
            self._check_not_shown(vals["case_id"])
        result = super().write(vals)
        if not TERMS_DECIDING.isdisjoint(vals) and not self.env.context.get(REFRESHING):
            for agreement in self.filtered(lambda one: one.state == "draft"):
                agreement._take_terms(vals)
        return result

    def copy_data(self, default=None):
        """The terms alone: what is owed by now, and the schedule, are worked out
        anew."""
        kept = NEGOTIATED_FIELDS | COURT_FIELDS | EDITABLE_FIELDS
        return [
            {name: vals[name] for name in vals if name in kept}
            for vals in super().copy_data(default)
        ]

    @api.model
    def _check_writable(self, vals, state):
        """:raise AccessError: when people write what they may not in ``state``"""
        allowed = EDITABLE_FIELDS
        if state in ("draft", "to_approve", "proposed"):
            allowed |= COURT_FIELDS
        if state == "draft":
            allowed |= NEGOTIATED_FIELDS
        if not self.env.su and not allowed.issuperset(vals):
            raise AccessError(
                self.env._(
                    "An agreement is changed while it is under negotiation; what the "
                    "ledger says of it and what was decided never is. Withdraw the "
                    "offer, or refinance the agreement."
                )
            )

    @api.model
    def _is_by_program(self, name):
        return name not in NEGOTIATED_FIELDS | COURT_FIELDS | EDITABLE_FIELDS

    @api.model
    def _check_case(self, vals):
        """:raise AccessError: unless the user may work on the case"""
        # Before anything of it is read: what is stored is worked out without asking.
        case_id = vals.get("case_id", self.env.context.get("default_case_id"))
        self.env["cartera.case"].browse(case_id or []).check_access("write")

    def _check_not_shown(self, case_id):
        """:raise UserError: when what was offered to one debtor would become another
        one's: the first has its link and its documents"""
        shown = self.filtered(lambda one: one.name != "/" and one.case_id.id != case_id)
        if shown and not self.env.su:
            raise UserError(
                self.env._(
                    "%(agreement)s was offered to its debtor already. Make another "
                    "one for somebody else.",
                    agreement=shown[0].display_name,
                )
            )

    def _take_terms(self, vals):
        """Work out what follows from terms just written.

        A schedule that is given is kept as it is, unless it is one by hand.
        """
        agreement = self.sudo().with_context(**{REFRESHING: True})
        if "installment_ids" in vals and agreement.method != "custom":
            return
        if not QUITA_AMOUNTS.isdisjoint(vals):
            agreement._set_waived(agreement._get_waived())
        elif "amount_payable" in vals:
            agreement._waive_to(vals["amount_payable"])
        elif not QUITA_DECIDING.isdisjoint(vals):
            agreement._waive_percents()
        else:
            agreement._set_waived(agreement._get_waived())
        agreement._refresh()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        if self.filtered(lambda agreement: agreement.state != "draft"):
            raise UserError(
                self.env._(
                    "Only an agreement under negotiation is deleted. The others are "
                    "evidence of what was offered and agreed."
                )
            )
