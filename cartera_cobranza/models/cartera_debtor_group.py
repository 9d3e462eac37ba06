from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

# What decides whose case holds the items of the members.
SWITCHES = frozenset({"active", "head_id", "is_one_case"})

SUMS = ("amount_total", "amount_not_due", "amount_overdue", "amount_collectable")


class CarteraDebtorGroup(models.Model):
    """A parent and its subsidiaries: what they owe together, and whether they are
    collected from as one debtor or as several.

    Groups are shared by all companies, as partners are; what a group owes is told for
    one company, in its currency, of the cases that the reader may see.
    """

    _name = "cartera.debtor.group"
    _description = "Debtor Group"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    head_id = fields.Many2one(
        "res.partner",
        string="Parent",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        domain="[('is_company', '=', True)]",
        help="A member itself. Where the group is one case, its case holds the items "
        "of all members and its people are written to.",
    )
    member_ids = fields.One2many(
        "res.partner",
        "cartera_group_id",
        string="Members",
        context={"active_test": False},
    )
    is_one_case = fields.Boolean(
        string="One Case",
        tracking=True,
        help="The parent's case holds the items of all members. Otherwise each member "
        "has its own.",
    )
    # -- what it owes -------------------------------------------------------------
    currency_id = fields.Many2one("res.currency", compute="_compute_exposure")
    amount_total = fields.Monetary(string="Balance", compute="_compute_exposure")
    amount_not_due = fields.Monetary(string="Not Due", compute="_compute_exposure")
    amount_overdue = fields.Monetary(string="Overdue", compute="_compute_exposure")
    amount_collectable = fields.Monetary(
        string="Overdue Collectable", compute="_compute_exposure"
    )
    case_count = fields.Integer(string="Cases", compute="_compute_exposure")

    # -- computes -----------------------------------------------------------------

    @api.depends("member_ids")
    @api.depends_context("company", "uid")
    def _compute_exposure(self):
        """In one query for all groups, from the cases of the current company."""
        rows = self.env["cartera.case"]._read_group(
            self._get_cases_domain(),
            ["partner_id"],
            ["__count", *(f"{name}:sum" for name in SUMS)],
        )
        # By the members known here: the group may be just being edited.
        group_of = {
            member: group for group in self for member in group.member_ids._origin
        }
        totals = {group: [0, *(0.0 for _name in SUMS)] for group in self}
        for partner, *figures in rows:
            sums = totals[group_of[partner]]
            sums[:] = map(sum, zip(sums, figures, strict=True))
        for group in self:
            group.currency_id = self.env.company.currency_id
            group.case_count, *amounts = totals[group]
            for name, amount in zip(SUMS, amounts, strict=True):
                group[name] = amount

    def _get_cases_domain(self):
        return [
            ("partner_id", "in", self.member_ids._origin.ids),
            ("company_id", "=", self.env.company.id),
        ]

    # -- constraints --------------------------------------------------------------

    @api.constrains("head_id", "active")
    def _check_head(self):
        for group in self.filtered("active"):
            head = group.head_id
            if head != head.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is a contact of another company. Choose that "
                        "company as the parent of the group.",
                        partner=head.display_name,
                    )
                )
            group._check_free(head)

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        members = [vals.get("member_ids", []) for vals in vals_list]
        vals_list = [
            {key: value for key, value in vals.items() if key != "member_ids"}
            for vals in vals_list
        ]
        groups = super().create(vals_list)
        for group, commands in zip(groups, members, strict=True):
            group._write_members(commands)
        return groups

    def write(self, vals):
        vals = dict(vals)
        commands = vals.pop("member_ids", [])
        if vals.get("head_id"):
            self._check_free(self.env["res.partner"].browse(vals["head_id"]))
        if commands or vals.get("head_id") or vals.get("active"):
            self.check_access("write")
            # Before the switch, so that a new parent is a member by then.
            for group in self:
                group._write_members(commands, keep=vals.get("head_id"))
        if SWITCHES.isdisjoint(vals):
            return super().write(vals)
        with self.sudo().with_context(active_test=False).member_ids._following_case():
            return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_members(self):
        """Each member has a case of its own again."""
        self.active = False

    def _check_free(self, head):
        """:raise ValidationError: when a parent is a member of another group"""
        group = head.sudo().cartera_group_id
        if group.active and group not in self:
            raise ValidationError(
                self.env._(
                    "%(partner)s is a member of another group. Take it out of that "
                    "one first.",
                    partner=head.display_name,
                )
            )

    def _write_members(self, commands, keep=None):
        """Take partners into the group or out of it. Who may edit groups need not have
        the right to edit partners; more than this is not written of them.

        :param keep: id of the parent to be; the parent is a member in any case
        """
        self.ensure_one()
        members = self.sudo().with_context(active_test=False).member_ids
        ids = set(members.ids)
        for command in commands:
            match command[0]:
                case Command.LINK:
                    ids.add(command[1])
                case Command.UNLINK:
                    ids.discard(command[1])
                case Command.SET:
                    ids = set(command[2])
                case Command.CLEAR:
                    ids = set()
                case _:
                    raise UserError(
                        self.env._("Choose the members among the contacts there are.")
                    )
        ids.add(keep or self.head_id.id)
        partners = members.browse(ids)
        (members - partners).cartera_group_id = False
        (partners - members).cartera_group_id = self

    # -- actions ------------------------------------------------------------------

    def action_open_cases(self):
        """List the cases of the members in the current company."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_case_action"
        )
        action["domain"] = self._get_cases_domain()
        action["context"] = {}
        return action

    def action_open_items(self):
        """List what the members owe, whoever's case it stands in."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_open_item_action"
        )
        action["domain"] = [
            ("commercial_partner_id", "in", self.member_ids.ids),
            ("company_id", "=", self.env.company.id),
        ]
        action["context"] = {"search_default_group_owed_by": 1}
        return action
