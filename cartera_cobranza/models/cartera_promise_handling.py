from odoo import models
from odoo.exceptions import AccessError, UserError


class CarteraPromiseHandling(models.AbstractModel):
    """What people decide of promises: to allow them beyond the limits, to refuse or to
    withdraw them."""

    _name = "cartera.promise.handling"
    _description = "Handling of Promises"

    def _ask_supervisor(self):
        """Plan the decision on the promise with the supervisor of its collector."""
        self.ensure_one()
        supervisor = self._get_supervisor()
        self.sudo().activity_schedule(
            "cartera_cobranza.mail_activity_type_promise",
            user_id=supervisor.id,
            note=self.with_context(lang=supervisor.lang).limit_text,
        )

    def _get_waiting_notice(self):
        """Tell that the promise waits for a supervisor.

        :return: a client action; None where it does not wait
        """
        self.ensure_one()
        if self.state != "proposed":
            return None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("The promise waits for a supervisor"),
                "message": self.limit_text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_supervisor(self):
        """Who leads the team of the collector, or else one of the supervisors."""
        collector = self.case_id.user_id or self.user_id
        member = (
            self.env["cartera.team.member"]
            .sudo()
            .search(
                [
                    ("user_id", "=", collector.id),
                    ("company_id", "=", self.company_id.id),
                ],
                limit=1,
            )
        )
        if member.team_id.leader_id.active:
            return member.team_id.leader_id
        group = self.env.ref("cartera_cobranza.group_cartera_supervisor").sudo()
        supervisors = group.all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        return supervisors.sorted("id")[:1] or self.env.user

    def action_withdraw(self):
        """Ask why the promises are withdrawn."""
        return self._open_decision("withdraw")

    def action_approve(self):
        """Ask why the promises are allowed beyond the limits."""
        return self._open_decision("approve")

    def action_refuse(self):
        """Ask why the promises are refused."""
        return self._open_decision("refuse")

    def _open_decision(self, decision):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_promise_decision_action"
        )
        action["context"] = {
            "default_promise_ids": self.ids,
            "default_decision": decision,
        }
        return action

    def action_undo_withdrawal(self):
        """Put promises that were withdrawn back to what they were."""
        self.check_access("write")
        if self.filtered(lambda promise: promise.state != "withdrawn"):
            raise UserError(self.env._("Only a withdrawn promise can be reopened."))
        for promise in self.sudo():
            if promise.change_ids[0].state_from == "proposed":
                promise._decide("proposed", self.env._("Withdrawal undone"))
                promise._ask_supervisor()
            else:
                promise._check_items_free()
                promise._decide("open", self.env._("Withdrawal undone"))

    def _withdraw(self, reason):
        """Withdraw the promises: their items may be collected at once.

        :raise UserError: unless they are open or wait for a supervisor
        """
        self.check_access("write")
        if self.filtered(lambda promise: promise.state not in ("proposed", "open")):
            raise UserError(
                self.env._(
                    "Only a promise that is open, or waits for a supervisor, can be "
                    "withdrawn."
                )
            )
        for promise in self.sudo():
            promise._decide("withdrawn", reason)

    def _approve(self, reason):
        """Allow the promises beyond the limits, as a supervisor."""
        self._check_proposed()
        for promise in self.sudo():
            today = promise.company_id._get_cartera_today()
            if promise.installment_ids[0].date < today:
                raise UserError(
                    self.env._(
                        "The day of the first payment has passed. Refuse the promise, "
                        "and have a new one taken."
                    )
                )
            promise._check_items_free()
            promise.approved_by_id = self.env.user
            promise._decide("open", reason)

    def _refuse(self, reason):
        """Refuse the promises, as a supervisor."""
        self._check_proposed()
        for promise in self.sudo():
            promise._decide("refused", reason)

    def _check_proposed(self):
        self.check_access("write")
        if not self._is_supervisor():
            raise AccessError(
                self.env._(
                    "Only a supervisor decides on promises beyond the limits of the "
                    "policy."
                )
            )
        if self.filtered(lambda promise: promise.state != "proposed"):
            raise UserError(
                self.env._("The promise does not wait for a decision any more.")
            )

    def _check_items_free(self):
        """:raise UserError: when another promise is open for one of the items"""
        self.case_id._check_not_promised(self.item_ids.line_id)

    def _decide(self, state, reason):
        """Put a promise into a state that a person decided on."""
        self.ensure_one()
        before = {self.id: self.state}
        is_over = state not in ("open", "proposed")
        today = self.company_id._get_cartera_today()
        self.write({"state": state, "date_ended": today if is_over else False})
        self.item_ids.is_open = state == "open"
        self._note_changes(reason, before)
        if state != "proposed":
            self.activity_unlink(["cartera_cobranza.mail_activity_type_promise"])
        self._mark()

    def _note_changes(self, reason, states_before):
        """Keep who put the promises into their present state."""
        self.env["cartera.promise.change"].create(
            [
                {
                    "promise_id": promise.id,
                    "state_from": states_before[promise.id],
                    "state_to": promise.state,
                    "amount_kept": promise.amount_kept,
                    "user_id": self.env.uid,
                    "reason": reason,
                }
                for promise in self
            ]
        )
