from odoo import api, fields, models
from odoo.tools import html2plaintext, is_html_empty

from .contact_request import ContactRequest

# Changes of these change what comes next for a debtor.
WORKLIST_FIELDS = frozenset(
    {"active", "activity_type_id", "date_deadline", "res_id", "res_model_id", "user_id"}
)


class MailActivity(models.Model):
    _inherit = "mail.activity"

    cartera_channel = fields.Selection(related="activity_type_id.cartera_channel")

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._mark_cartera_cases()
        return activities

    def write(self, vals):
        if WORKLIST_FIELDS.isdisjoint(vals):
            return super().write(vals)
        self._mark_cartera_cases()
        result = super().write(vals)
        self._mark_cartera_cases()
        return result

    def unlink(self):
        self._mark_cartera_cases()
        return super().unlink()

    def _mark_cartera_cases(self):
        """Note that what comes next for the debtors may have changed."""
        case_ids = {
            activity.res_id
            for activity in self
            if activity.res_model == "cartera.case" and activity.res_id
        }
        if case_ids:
            # Whoever has an activity may not need to see the case.
            cases = self.env["cartera.case"].sudo().browse(case_ids)
            cases.exists()._mark_worklist()

    def action_cartera_log_contact(self):
        """Open the window that notes how the call or the visit went, and completes the
        activity."""
        self.ensure_one()
        case = self.env["cartera.case"].browse(self.res_id)
        return case._get_contact_log_action(
            default_activity_id=self.id, default_channel=self.cartera_channel
        )

    def _action_done(self, feedback=False, attachment_ids=None):
        """A call or visit that is done on a case is a contact with the debtor."""
        self._log_cartera_contacts(feedback)
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def _log_cartera_contacts(self, feedback):
        """Pass the gate with the calls and visits that are not logged yet, and log
        them.

        :raise UserError: when one is not allowed now and its company blocks those
        """
        calls = self._get_cartera_calls()
        if not calls:
            return
        # Whoever may complete the activity may not need to see the case.
        cases = self.env["cartera.case"].sudo().browse(set(calls.mapped("res_id")))
        cases = cases.exists()
        case_of = cases.grouped("id")
        calls = calls.filtered(lambda call: call.res_id in case_of)
        gate = self.env["cartera.contact.gate"]
        for strictness, group in calls.grouped(
            lambda call: case_of[call.res_id].company_id.cartera_contact_strictness
        ).items():
            requests = [
                ContactRequest(case_of[call.res_id], call.cartera_channel, happens=True)
                for call in group
            ]
            pass_gate = gate._require if strictness == "block" else gate._admit
            decisions = pass_gate(requests, "activity")
            self.env["cartera.contact"]._log(
                [
                    call._prepare_cartera_contact(request, decision, feedback)
                    for call, request, decision in zip(
                        group, requests, decisions, strict=True
                    )
                ]
            )

    def _get_cartera_calls(self):
        """Calls and visits on cases that are still to be done and have not been logged
        otherwise."""
        calls = self.filtered(
            lambda activity: (
                activity.active
                and activity.res_model == "cartera.case"
                and activity.cartera_channel
            )
        )
        if not calls:
            return calls
        contacts = self.env["cartera.contact"].sudo()
        logged = contacts.search([("activity_id", "in", calls.ids)]).activity_id
        return calls - logged.with_env(calls.env)

    def _prepare_cartera_contact(self, request, decision, feedback):
        note = self.summary or ""
        if feedback and not is_html_empty(feedback):
            note = "\n".join(filter(None, [note, html2plaintext(feedback)]))
        return {
            "case_id": request.case.id,
            "channel": request.channel,
            # Nobody said how it went: what counts most, in all laws.
            "reached": "reached",
            "note": note,
            "origin": "activity",
            "activity_id": self.id,
            "user_id": self.env.uid,
            "outside_rule": decision.rule or False,
        }
