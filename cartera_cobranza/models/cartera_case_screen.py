from odoo import api, fields, models

# As many contacts as whoever is about to call reads.
RECENT = 8


class CarteraCaseScreen(models.AbstractModel):
    """What the form of a case shows of a debtor before anything is clicked."""

    _name = "cartera.case.screen"
    _description = "Screen of a Case"

    timeline = fields.Json(string="What Was Said", compute="_compute_timeline")

    @api.depends("contact_ids.note")
    @api.depends_context("lang", "uid")
    def _compute_timeline(self):
        """The last contacts, latest first: ``[{"id", "date", "channel",
        "channel_name", "direction", "result", "reached", "person", "note", "user_id",
        "user", "outside"}, ...]``, moments as the client reads them, in UTC."""
        contacts = self.env["cartera.contact"]
        for case in self:
            # One query for each: only the form asks, and an index finds the last few.
            found = contacts.search([("case_id", "=", case._origin.id)], limit=RECENT)
            case.timeline = [self._get_timeline_entry(contact) for contact in found]

    def _get_timeline_entry(self, contact):
        selections = {
            name: dict(contact._fields[name]._description_selection(self.env))
            for name in ("channel", "reached", "outside_rule")
        }
        result = contact.disposition_id.name or selections["reached"][contact.reached]
        return {
            "id": contact.id,
            "date": fields.Datetime.to_string(contact.date),
            "channel": contact.channel,
            "channel_name": selections["channel"][contact.channel],
            "direction": contact.direction,
            "reached": contact.reached,
            "result": result,
            "person": contact.contact_partner_id.name or False,
            "note": contact.note or False,
            "user_id": contact.user_id.id,
            "user": contact.user_id.name or False,
            "outside": selections["outside_rule"].get(contact.outside_rule, False),
        }
