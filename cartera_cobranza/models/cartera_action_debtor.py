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
    """Leaves a debtor alone for some days: a pause without a review, for the strategy
    goes on by itself after it."""

    _name = "cartera.action.hold"
    _description = "Hold"

    @api.model
    def _do(self, executions):
        self.env["cartera.pause"].flush_model()
        executions.flush_recordset()
        cases = executions.case_id
        cases.flush_model(["user_id"])
        for order, members in executions.grouped("order_id").items():
            # In SQL, since the strategy goes on by itself: nobody has to be told.
            self.env.cr.execute(self._get_insert_sql(order, members.ids))
        self.env["cartera.pause"].invalidate_model(flush=False)
        cases.invalidate_recordset(["pause_ids"], flush=False)
        self.env["cartera.pause.engine"]._write_holds(cases.ids)

    @api.model
    def _get_insert_sql(self, order, ids):
        """Insert a pause for each of the executions of the step ``order``."""
        return SQL(
            """
            INSERT INTO cartera_pause (
                case_id, company_id, is_whole, kind, reason, user_id, date_from,
                date_review, prolonged, state, create_uid, create_date, write_uid,
                write_date
            )
            SELECT
                execution.case_id, execution.company_id, TRUE, 'strategy', %(name)s,
                COALESCE(known.user_id, company.cartera_default_user_id, %(uid)s),
                execution.date, execution.date + %(days)s, 0, 'active',
                %(uid)s, %(now)s, %(uid)s, %(now)s
            FROM cartera_step_execution execution
            JOIN cartera_case known ON known.id = execution.case_id
            JOIN res_company company ON company.id = execution.company_id
            WHERE execution.id = ANY(%(ids)s)
            """,
            ids=ids,
            days=order.hold_days,
            name=order.name,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )


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
