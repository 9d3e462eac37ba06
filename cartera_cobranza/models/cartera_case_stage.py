from odoo import fields, models
from odoo.exceptions import AccessError


class CarteraCaseStage(models.AbstractModel):
    """People who move a case from stage to stage; ``cartera.stage.engine`` does so by
    the rules."""

    _name = "cartera.case.stage"
    _description = "Stage of a Case"

    def write(self, vals):
        if "stage_id" not in vals:
            return super().write(vals)
        stage_before = {case: case.stage_id for case in self}
        moved = self.filtered(lambda case: case.stage_id.id != vals["stage_id"])
        moved._check_stage_rights(vals["stage_id"])
        result = super().write(vals)
        if moved:
            today = fields.Date.context_today(self)
            moved._log_stage_change(stage_before, today)
            # These two are out of everybody's hands but a move's.
            super(CarteraCaseStage, moved.sudo()).write(
                {"stage_date": today, "stage_proposed_id": False}
            )
            self.env["cartera.consequence.engine"]._follow(moved, self.env.user)
        return result

    def _check_stage_rights(self, stage_id):
        """Only a supervisor moves a case into or out of a stage that is not
        automatic."""
        stages = self.stage_id | self.env["cartera.stage"].browse(stage_id)
        if self.env.su or all(stages.mapped("automatic")) or not self:
            return
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._(
                    "Only a supervisor can move a case into or out of the stage "
                    "%(stages)s. Ask one, or leave a note on the case.",
                    stages=", ".join(
                        stages.filtered(lambda stage: not stage.automatic).mapped(
                            "name"
                        )
                    ),
                )
            )

    def _log_stage_change(self, stage_before, date):
        """Record in the history the moves that a person has made.

        :param stage_before: dict of case to the stage it was in
        :param date: the day of the moves
        """
        # The history is closed to everybody; only a move writes to it.
        self.env["cartera.stage.move"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "stage_from_id": stage_before[case].id,
                    "stage_to_id": case.stage_id.id,
                    "date": date,
                    "reason": "proposal"
                    if case.stage_id == case.stage_proposed_id
                    else "manual",
                    "user_id": self.env.uid,
                    "amount_overdue": case.amount_overdue,
                    "days_overdue": case.days_overdue,
                }
                for case in self
            ]
        )

    # -- actions ------------------------------------------------------------------

    def action_accept_proposal(self):
        """Move the cases to the stage that is proposed for them."""
        for stage, cases in self.grouped("stage_proposed_id").items():
            if stage:
                cases.stage_id = stage

    def action_dismiss_proposal(self):
        """Leave the cases where they are until the rules ask for something else."""
        self.check_access("write")
        for stage, cases in self.grouped("stage_proposed_id").items():
            if not stage:
                continue
            cases._check_stage_rights(stage.id)
            for case in cases:
                case.message_post(
                    body=self.env._(
                        "The proposal to move to %(stage)s was dismissed.",
                        stage=stage.name,
                    )
                )
            # Who may decide on the stage may also drop its proposal.
            cases.sudo().stage_proposed_id = False
