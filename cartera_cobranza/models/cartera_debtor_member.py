from collections import defaultdict
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

# Those who work with receivables; salespeople and others see nothing of collection.
READERS = (
    "account.group_account_invoice,"
    "cartera_cobranza.group_cartera_own,"
    "cartera_cobranza.group_cartera_auditor"
)


def owes_with(partner, debtor):
    """Condition in SQL that what ``partner`` owes stands in the case of ``debtor``, or
    may have stood there before its group was switched; both are SQL of partners' ids.
    """
    return SQL(
        """
        EXISTS (
            SELECT 1 FROM res_partner owing
            JOIN res_partner firm ON firm.id = owing.commercial_partner_id
            JOIN res_partner debtor ON debtor.id = %s
            WHERE owing.id = %s AND (
                owing.commercial_partner_id = debtor.id
                OR owing.cartera_debtor_id = debtor.cartera_debtor_id
                OR firm.cartera_group_id = debtor.cartera_group_id
            )
        )
        """,
        debtor,
        partner,
    )


class CarteraDebtorMember(models.AbstractModel):
    """What a partner is in its group, and whose case holds what it owes."""

    _name = "cartera.debtor.member"
    _description = "Member of a Debtor Group"

    cartera_group_id = fields.Many2one(
        "cartera.debtor.group",
        string="Debtor Group",
        index="btree_not_null",
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="The group of companies that the debtor belongs to.",
    )
    cartera_debtor_id = fields.Many2one(
        "res.partner",
        string="Collected With",
        compute="_compute_cartera_debtor_id",
        store=True,
        index=True,
        copy=False,
        groups=READERS,
        help="Whose case holds what the partner owes: its company, or the parent of "
        "the group where that is collected as one case.",
    )

    def _auto_init(self):
        """Fill the column in one statement: nobody is in a group yet."""
        table = self._table
        if table == "res_partner" and not column_exists(
            self.env.cr, table, "cartera_debtor_id"
        ):
            create_column(self.env.cr, table, "cartera_debtor_id", "int4")
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner "
                    "SET cartera_debtor_id = COALESCE(commercial_partner_id, id)"
                )
            )
        return super()._auto_init()

    # -- computes -----------------------------------------------------------------

    @api.depends(
        "commercial_partner_id.cartera_group_id.active",
        "commercial_partner_id.cartera_group_id.head_id",
        "commercial_partner_id.cartera_group_id.is_one_case",
    )
    def _compute_cartera_debtor_id(self):
        for partner in self:
            owing = partner.commercial_partner_id or partner
            group = owing.cartera_group_id
            is_one = group.active and group.is_one_case
            partner.cartera_debtor_id = group.head_id if is_one else owing

    # Without dependencies on the items, which every payment would have to follow:
    # what changes them makes this forgotten too.
    @api.depends_context("company", "uid", "tz")
    def _compute_cartera_own_balance(self):
        rows = self.env["cartera.open.item"]._read_group(
            [
                ("commercial_partner_id", "in", self._origin.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["commercial_partner_id"],
            ["amount_residual:sum", "amount_overdue:sum"],
        )
        sums = {partner: amounts for partner, *amounts in rows}
        for partner in self:
            balance, overdue = sums.get(partner._origin, (0.0, 0.0))
            partner.cartera_own_balance = balance
            partner.cartera_own_overdue = overdue

    def _owes_with(self, debtor):
        """Whether what the partner owes stands in the case of ``debtor``, or may have
        stood there before the group was switched."""
        owing = self.commercial_partner_id.sudo()
        groups = owing.cartera_group_id & debtor.sudo().cartera_group_id
        return debtor in (owing, owing.cartera_debtor_id) or bool(groups)

    # -- constraints --------------------------------------------------------------

    @api.constrains("cartera_group_id")
    def _check_cartera_group(self):
        for partner in self.sudo().filtered("cartera_group_id"):
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is a contact of %(company)s. Only companies and "
                        "people who owe by themselves are members of a group.",
                        partner=partner.display_name,
                        company=partner.commercial_partner_id.display_name,
                    )
                )

    # -- CRUD ---------------------------------------------------------------------

    def write(self, vals):
        if "cartera_group_id" in vals:
            self._check_may_regroup()
            self._check_no_head_leaves(vals["cartera_group_id"])
            with self._following_case():
                return super().write(vals)
        if not {"parent_id", "is_company", "commercial_partner_id"}.isdisjoint(vals):
            result = super().write(vals)
            self._leave_groups()
            return result
        return super().write(vals)

    def _check_may_regroup(self):
        """Regrouping decides who collects what, whoever may edit partners."""
        is_supervisor = self.env.user.has_group(
            "cartera_cobranza.group_cartera_supervisor"
        )
        if not self.env.su and not is_supervisor:
            raise AccessError(
                self.env._("Only a supervisor of collections changes debtor groups.")
            )

    def _check_no_head_leaves(self, group_id):
        """:raise UserError: when a parent would not be a member of its own group"""
        heads = self._get_headed_groups()
        left = heads.filtered(lambda group: group.id != group_id)
        if left:
            raise UserError(
                self.env._(
                    "%(partner)s is the parent of the group %(group)s. Choose another "
                    "parent, or archive the group, first.",
                    partner=left[0].head_id.display_name,
                    group=left[0].name,
                )
            )

    def _get_headed_groups(self):
        groups = self.env["cartera.debtor.group"].sudo()
        return groups.search([("head_id", "in", self.ids)])

    def _leave_groups(self):
        """Who has become a contact of another company is no member by itself."""
        contacts = self.sudo().filtered(
            lambda partner: (
                partner.cartera_group_id and partner != partner.commercial_partner_id
            )
        )
        if contacts:
            contacts.cartera_group_id = False

    # -- switching ----------------------------------------------------------------

    @contextmanager
    def _following_case(self):
        """Within the block it may change whose case holds what the partners owe: the
        cases are refreshed, and say so. Nothing of what was done in a case leaves it.
        """
        partners = self.sudo().exists()
        before = {partner: partner.cartera_debtor_id for partner in partners}
        yield
        moved = [
            (partner, debtor, partner.cartera_debtor_id)
            for partner, debtor in before.items()
            if partner.cartera_debtor_id != debtor
        ]
        for partner, *debtors in moved:
            touched = partner.union(*debtors)
            self.env["cartera.case.queue"]._mark_partners(touched)
        if moved:
            self._note_moves(moved)

    @api.model
    def _note_moves(self, moved):
        """Tell in the chatter of the cases there are.

        :param moved: ``[(partner, who answered for it, who does now), ...]``
        """
        cases_of = defaultdict(lambda: self.env["cartera.case"].sudo())
        people = self.browse().union(*(partner for row in moved for partner in row))
        for case in (
            self.env["cartera.case"].sudo().search([("partner_id", "in", people.ids)])
        ):
            cases_of[case.partner_id] |= case
        for partner, before, now in moved:
            names = {"member": partner.display_name, "head": now.display_name}
            if now != partner:
                text = self.env._(
                    "What %(member)s owes is collected with %(head)s from now on.",
                    **names,
                )
            else:
                text = self.env._(
                    "What %(member)s owes is collected in a case of its own again.",
                    **names,
                )
            for case in cases_of[partner] | cases_of[before] | cases_of[now]:
                case._message_log(body=text)
