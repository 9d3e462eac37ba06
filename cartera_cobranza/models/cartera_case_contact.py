from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.working_days import add_working_days
from .contact_request import ContactRequest

# As many days as holidays can make of a working day, and more.
HOLIDAY_REACH = 14


class CarteraCaseContact(models.AbstractModel):
    """Calling the debtor of a case, and noting that one did."""

    _name = "cartera.case.contact"
    _description = "Calling the Debtor of a Case"

    obligor_ids = fields.Many2many(
        "res.partner",
        "cartera_case_obligor_rel",
        "case_id",
        "partner_id",
        string="Co-debtors and Guarantors",
        help="They owe as well: most laws allow to contact them, unlike others.",
    )
    callable_state = fields.Selection(
        [
            ("now", "May be called now"),
            ("later", "May be called later"),
            ("never", "May not be called"),
            ("no_phone", "No phone"),
        ],
        string="Calling",
        compute="_compute_callable",
    )
    callable_from = fields.Datetime(
        compute="_compute_callable", help="First lawful moment of a call."
    )
    callable_text = fields.Char(string="Call When", compute="_compute_callable")

    @api.depends("contact_ids", "counsel_only", "hold_until", "obligor_ids")
    @api.depends_context("lang")
    def _compute_callable(self):
        gate = self.env["cartera.contact.gate"]
        requests = self._get_call_requests()
        decisions = gate._decide(list(requests.values()))
        decision_of = dict(zip(requests, decisions, strict=True))
        states = {"allow": "now", "delay": "later", "refuse": "never"}
        for case in self:
            decision = decision_of.get(case._origin.id)
            until = decision and decision.until
            case.callable_state = states[decision.verdict] if decision else "no_phone"
            case.callable_from = until and gate._to_naive(until)
            case.callable_text = gate._describe(case, decision) if decision else False

    def _get_call_requests(self):
        """A call to each debtor that has a phone, to the person whom messages reach.

        :return: ``{case id: ContactRequest}``
        """
        recipients = self.env["cartera.recipient"].sudo()
        ways = recipients._get_recipients(self._origin, "call")
        people = self.env["res.partner"].browse(way.partner_id for way in ways.values())
        case_of = self._origin.grouped("id")
        return {
            case_id: ContactRequest(case_of[case_id], "call", person, way.address)
            for (case_id, way), person in zip(ways.items(), people, strict=True)
        }

    def _get_overdue_promisable(self, currency):
        """All that is overdue in a currency and can be promised."""
        return sum(
            amount
            for item, amount in self._get_promisable().items()
            if item.currency_id == currency and item.due_side == "overdue"
        )

    # -- days and people ----------------------------------------------------------

    def _get_working_day(self, count):
        """The working day of the company that comes ``count`` of them after today."""
        self.ensure_one()
        company = self.company_id
        today = company._get_cartera_today()
        country = company.sudo().country_id
        found = self.env["resource.calendar"]._get_cartera_holidays(
            country, today, today + timedelta(days=HOLIDAY_REACH + 2 * count), company
        )
        return add_working_days(today, count, found.get(country, frozenset()))

    def _get_supervisor(self):
        """Who leads the team of the collector; else any supervisor of the company.

        :return: a user, or none
        """
        self.ensure_one()
        case = self.sudo()
        member = self.env["cartera.team.member"].sudo()
        member = member.search(
            [("user_id", "=", case.user_id.id), ("company_id", "=", case.company_id.id)]
        )
        leader = member.team_id.leader_id.filtered("active")
        if leader:
            return leader
        group = self.env.ref("cartera_cobranza.group_cartera_supervisor").sudo()
        return group.all_user_ids.filtered(
            lambda user: not user.share and case.company_id in user.company_ids
        ).sorted("id")[:1]

    # -- actions ------------------------------------------------------------------

    def action_call(self):
        """Ask the gate for a call: if it may be made now, show the number and what to
        note afterwards, else say when."""
        self.ensure_one()
        self.check_access("write")
        request = self._get_call_requests().get(self.id)
        if not request:
            raise UserError(
                self.env._(
                    "%s has no phone number that can be used. Add one to the contact.",
                    self.partner_id.display_name,
                )
            )
        gate = self.env["cartera.contact.gate"]
        [decision] = gate._admit([request], "manual")
        if decision.allowed or self.company_id.cartera_contact_strictness == "warn":
            return self._get_contact_log_action(
                default_contact_partner_id=request.contact.id,
                default_address=request.address,
                default_is_admitted=decision.allowed,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Don't call %s", self.partner_id.display_name),
                "message": gate._describe(self, decision),
            },
        }

    def action_log_contact(self):
        """Open the window that notes a contact with the debtor."""
        self.ensure_one()
        return self._get_contact_log_action()

    def _get_contact_log_action(self, **defaults):
        """The window that notes a contact.

        :param defaults: context keys ``default_...`` of the window
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_contact_log_action"
        )
        action["context"] = {"default_case_id": self.id, **defaults}
        return action

    def action_open_contacts(self):
        """List the contacts with the debtors of the cases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_contact_action"
        )
        action["domain"] = [("case_id", "in", self.ids)]
        action["context"] = {}
        return action
