from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition

from . import agreement_pieces as pieces

# Context keys that change what the view shows.
AS_OF = "cartera_as_of"
AGED_TO = "cartera_aged_to"
POLICY = "cartera_aging_policy_id"
PARTS = "cartera_parts"
AGE_BY = "cartera_age_by"
# Agreements stand aside: the items are those of the ledger.
WHOLE = "cartera_whole_items"
# Set by the view itself: ids of the agreements that there may be pieces of.
ONLY = "cartera_agreements"

# Of these a part of an item knows nothing.
WHOLE_ITEM_FIELDS = frozenset(
    {
        "amount_askable",
        "amount_collectable",
        "amount_credit",
        "amount_disputed",
        "amount_disputed_currency",
        "amount_not_due",
        "amount_original",
        "amount_original_currency",
        "amount_overdue",
        "amount_residual",
        "amount_residual_currency",
        "collectable",
        "date_status_until",
        "direction",
        "is_agreed",
        "status",
    }
)

SUMS_OF_PARTS = frozenset({"amount_residual:sum", "amount_residual_currency:sum"})


class CarteraOpenItemReading(models.AbstractModel):
    """How the open items are read: of which day, of which agreements, as what rows."""

    _name = "cartera.open.item.reading"
    _description = "Reading of Open Items"

    # -- the day ------------------------------------------------------------------

    @api.model
    def _get_as_of(self):
        """The day asked for in the context, or None for the ledger as it stands.

        :raise UserError: when the context key is no ISO date
        """
        return self._get_context_day(AS_OF)

    @api.model
    def _get_context_day(self, key):
        value = self.env.context.get(key)
        if not value:
            return None
        try:
            return fields.Date.to_date(value)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(value)s is not a date. Give the day of the aging as "
                    "year-month-day, like 2026-01-31.",
                    value=value,
                )
            ) from error

    @api.model
    def _get_day(self):
        """The day that the items are aged to."""
        return (
            self._get_as_of()
            or self._get_context_day(AGED_TO)
            or fields.Date.context_today(self)
        )

    # -- the rows -----------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Items show their case, and may be those of one collector only. Of what the
        domain asks for, some tells the agreements that there are pieces of."""
        self.env["cartera.case.queue"]._apply_pending()
        domain = Domain(domain)
        parts = domain.children if isinstance(domain, DomainAnd) else [domain]
        items = self
        for part in parts:
            if isinstance(part, DomainCondition) and part.field_expr in pieces.AMONG:
                items = items._only(part.field_expr, part.operator, part.value)
                if part.field_expr == "id":
                    domain &= self._get_lines_domain(part.operator, part.value)
        return super(CarteraOpenItemReading, items)._search(domain, *args, **kwargs)

    @api.model
    def _only(self, name, operator, value):
        """The view with the pieces of those agreements only whose rows can meet the
        condition, which has to be asked all the same; with all where it says nothing.
        """
        ids = [value] if operator == "=" else value
        if operator not in ("=", "in") or not all(type(found) is int for found in ids):
            return self
        found = pieces.find_agreements(self.env, name, ids)
        known = self.env.context.get(ONLY)
        only = found if known is None else found & set(known)
        return self.with_context(**{ONLY: tuple(sorted(only))})

    @api.model
    def _get_lines_domain(self, operator, value):
        """The journal items of the rows that a condition on their ids asks for, which
        an index finds: their own ids are in none."""
        ids = [value] if operator == "=" else value
        if operator not in ("=", "in") or not all(type(found) is int for found in ids):
            return Domain.TRUE
        return Domain("move_line_id", "in", pieces.find_lines(self.env, ids))

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Find first and fetch then: the joins are made for the rows of the page, not
        for all that had to be sorted."""
        found = super().search_fetch(domain, [], offset, limit, order)
        if field_names is None or field_names:
            found.fetch(field_names)
        return found

    @api.model
    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        """Sums as of a past day are taken over the parts of the items, which saves
        putting half a million items together; groups that net to zero are left out."""
        if not having and self._can_sum_parts(domain, groupby, aggregates):
            self = self.with_context(**{PARTS: True})
            having = Domain.OR(Domain(aggregate, "!=", 0) for aggregate in aggregates)
        return super()._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    @api.model
    def _can_sum_parts(self, domain, groupby, aggregates):
        if not self._get_as_of() or not groupby or not aggregates:
            return False
        used = {condition.field_expr for condition in Domain(domain).iter_conditions()}
        used.update(groupby)
        names = {name.partition(".")[0].partition(":")[0] for name in used}
        return names.isdisjoint(WHOLE_ITEM_FIELDS) and SUMS_OF_PARTS.issuperset(
            aggregates
        )
