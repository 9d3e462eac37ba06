from odoo import api, fields, models
from odoo.exceptions import UserError


class CarteraCaseCauses(models.AbstractModel):
    """Why the debtor of a case pays late, and what that suggests."""

    _name = "cartera.case.causes"
    _description = "Causes of a Case"

    cause_suggestion = fields.Char(
        string="Suggested",
        compute="_compute_cause_suggestion",
        help="What the last cause that you may see suggests.",
    )
    cause_playbook = fields.Text(
        string="What to Offer", compute="_compute_cause_suggestion"
    )
    cause_pause_days = fields.Integer(compute="_compute_cause_suggestion")

    @api.depends("cause_ids", "pause_ids.state")
    @api.depends_context("uid", "lang")
    def _compute_cause_suggestion(self):
        # By a search, which passes the rules: a sensitive cause suggests nothing to
        # those who may not know it.
        latest = {}
        causes = self.env["cartera.case.cause"].search([("case_id", "in", self.ids)])
        for cause in causes.sorted(lambda row: (row.date, row.id)):
            latest[cause.case_id.id] = cause
        for case in self:
            row = latest.get(case._origin.id)
            cause = row.cause_id if row else self.env["cartera.cause"]
            paused = case.sudo().pause_ids.filtered(
                lambda pause: pause.kind == "cause" and pause.state == "active"
            )
            case.cause_pause_days = 0 if paused else cause.pause_days
            case.cause_suggestion = row and row._describe_suggestion() or False
            case.cause_playbook = cause.playbook

    def _note_cause(self, cause):
        """Note why the debtor pays late.

        :param cause: one ``cartera.cause``
        :return: the ``cartera.case.cause``
        """
        self.ensure_one()
        return self.env["cartera.case.cause"].create(
            {"case_id": self.id, "cause_id": cause.id}
        )

    def action_note_cause(self):
        """Open the window that notes why the debtor pays late."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_case_cause_action_new"
        )
        action["context"] = {"default_case_id": self.id}
        return action

    def action_pause_as_suggested(self):
        """Leave the debtor alone for as long as the cause suggests."""
        self.ensure_one()
        self.check_access("write")
        days = self.cause_pause_days
        if not days:
            raise UserError(self.env._("No cause of this debtor suggests a pause."))
        today = self.company_id._get_cartera_today()
        self._pause(
            {
                "kind": "cause",
                # Whoever sees the pause need not be allowed to know the cause.
                "reason": self.env._("Cause of the delay"),
                "user_id": self.env.uid,
                "date_review": fields.Date.add(today, days=days),
                "line_ids": None,
            }
        )
