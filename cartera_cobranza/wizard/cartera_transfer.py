from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class CarteraTransfer(models.TransientModel):
    """Gives many cases from one person to another, or deals them over a team."""

    _name = "cartera.transfer"
    _description = "Transfer of Work"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    # -- what ---------------------------------------------------------------------
    source = fields.Selection(
        [
            ("selected", "The selected cases"),
            ("collector", "Cases of a collector"),
            ("nobody", "Cases without collector"),
        ],
        string="What to Transfer",
        required=True,
        default="collector",
    )
    case_ids = fields.Many2many(
        "cartera.case",
        "cartera_transfer_case_rel",
        "transfer_id",
        "case_id",
        string="Selected Cases",
    )
    user_from_id = fields.Many2one(
        "res.users",
        string="From the Collector",
        domain="[('share', '=', False)]",
        context={"active_test": False},
    )
    which = fields.Selection(
        [
            ("due", "What is on the worklist today"),
            ("overdue", "Those with something overdue"),
            ("all", "All open cases"),
        ],
        string="Which Cases",
        required=True,
        default="due",
    )
    # -- to whom ------------------------------------------------------------------
    target = fields.Selection(
        [("team", "A team, by load"), ("user", "One person")],
        string="Give To",
        required=True,
        default="team",
    )
    team_id = fields.Many2one(
        "cartera.team",
        check_company=True,
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Its members who are there today get the cases, whoever has the least "
        "work first.",
    )
    user_to_id = fields.Many2one(
        "res.users",
        string="Collector",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id),"
        " ('id', '!=', user_from_id)]",
    )
    note = fields.Char(string="Reason")
    case_count = fields.Integer(string="Cases", compute="_compute_case_count")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") != "cartera.case":
            return values
        cases = self.env["cartera.case"].browse(self.env.context.get("active_ids", []))
        return {
            **values,
            "source": "selected",
            "case_ids": [fields.Command.set(cases.ids)],
            "company_id": cases[:1].company_id.id or self.env.company.id,
        }

    @api.depends("company_id", "user_from_id")
    def _compute_team_id(self):
        """The team of whoever has the cases: work is shared out among colleagues."""
        members = self.env["cartera.team.member"]
        for transfer in self:
            domain = Domain("company_id", "=", transfer.company_id.id)
            mine = members.search(
                domain & Domain("user_id", "=", transfer.user_from_id.id), limit=1
            )
            teams = self.env["cartera.team"]
            transfer.team_id = mine.team_id or teams.search(domain, limit=1)

    @api.depends("company_id", "source", "case_ids", "user_from_id", "which")
    def _compute_case_count(self):
        for transfer in self:
            transfer.case_count = self.env["cartera.case"].search_count(
                transfer._get_domain()
            )

    def _get_domain(self):
        """The cases that are transferred."""
        if self.source == "selected":
            return Domain("id", "in", self.case_ids._origin.ids)
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("item_count", ">", 0)
            & Domain("user_id", "=", self._get_user_from().id)
        )
        if self.which == "overdue":
            return domain & Domain("overdue_count", ">", 0)
        if self.which == "due":
            today = self.company_id._get_cartera_today()
            return domain & Domain("worklist_ids.date_next", "<=", today)
        return domain

    def _get_user_from(self):
        if self.source == "collector":
            return self.user_from_id
        return self.env["res.users"]

    def action_transfer(self):
        """Give the cases away and say how many they were.

        :raise AccessError: unless the user is a supervisor
        :raise UserError: when it is not said whose or to whom, or there are none
        """
        self.ensure_one()
        self._check_rights()
        self._check_filled()
        cases = self.env["cartera.case"].search(self._get_domain())
        if cases.company_id - self.company_id:
            raise UserError(
                self.env._("Transfer the cases of one company after the other.")
            )
        count = self._transfer(cases)
        if not count:
            raise UserError(
                self.env._(
                    "No case changed hands: there is none of this kind, or nobody of "
                    "the team is there today to take it."
                )
            )
        target = self.team_id.name if self.target == "team" else self.user_to_id.name
        return self._notify(
            self.env._(
                "Cases given to %(target)s: %(count)s.", target=target, count=count
            )
        )

    def _transfer(self, cases):
        if self.target == "user":
            return cases._assign(self.user_to_id, "transfer", self.note)
        return self.env["cartera.assignment.engine"]._deal_out(
            self.company_id,
            self.company_id._get_cartera_today(),
            self.team_id,
            cases.ids,
            self._get_user_from(),
            self.note,
        )

    def _check_rights(self):
        if self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            return
        raise AccessError(
            self.env._("Only a supervisor gives cases from one person to another.")
        )

    def _check_filled(self):
        if self.source == "collector" and not self.user_from_id:
            raise UserError(self.env._("Choose the collector whose cases are meant."))
        if not (self.team_id if self.target == "team" else self.user_to_id):
            raise UserError(self.env._("Choose who gets the cases."))
        if self.target == "user" and not self.user_to_id.active:
            raise UserError(
                self.env._("%s does not work here any more.", self.user_to_id.name)
            )

    @api.model
    def _notify(self, message):
        """An action that says ``message`` and reads the screen behind it again."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
