from odoo import api, models
from odoo.tools import SQL


class CarteraActionStage(models.AbstractModel):
    """Moves a case forward to a stage, or proposes it where a person decides."""

    _name = "cartera.action.stage"
    _description = "Move or Propose a Stage"

    @api.model
    def _do(self, executions):
        for order, members in executions.grouped("order_id").items():
            for (company, day), some in members.grouped(
                lambda execution: (execution.company_id, execution.date)
            ).items():
                moved = self.env["cartera.stage.engine"]._advance(
                    company, some.case_id.ids, order.stage_id._origin, day
                )
                if moved:
                    self.env["cartera.consequence.engine"]._follow(moved)


class CarteraActionHold(models.AbstractModel):
    """Leaves a debtor alone for some days."""

    _name = "cartera.action.hold"
    _description = "Hold"

    @api.model
    def _do(self, executions):
        cases = executions.case_id
        cases.flush_model(["hold_until", "hold_reason"])
        executions.flush_model(["case_id", "date"])
        for order, members in executions.grouped("order_id").items():
            # In SQL, since a change by the machine is no news for the followers.
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE cartera_case known
                    SET hold_until = execution.date + %(days)s, hold_reason = %(name)s
                    FROM cartera_step_execution execution
                    WHERE execution.id = ANY(%(ids)s)
                        AND known.id = execution.case_id
                        AND (known.hold_until IS NULL
                            OR known.hold_until < execution.date + %(days)s)
                    """,
                    ids=members.ids,
                    days=order.hold_days,
                    name=order.name,
                )
            )
        cases.invalidate_recordset(["hold_until", "hold_reason"], flush=False)


class CarteraActionServer(models.AbstractModel):
    """Runs a server action of the company's own on each debtor."""

    _name = "cartera.action.server_action"
    _description = "Server Action"

    @api.model
    def _do(self, executions):
        for order, members in executions.grouped("order_id").items():
            action = order.server_action_id._origin
            for case in members.case_id:
                action.with_context(
                    active_model=case._name, active_id=case.id, active_ids=case.ids
                ).run()
