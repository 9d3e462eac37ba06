from datetime import timedelta

from odoo import Command, api, models

from .answers import (
    ABSENCE,
    CAUSES,
    COLLECTOR_OF_PERSONS,
    DISPUTES,
    GROUP,
    GROUP_HEAD,
    GROUP_MEMBERS,
    LEADER,
    MEMBERS,
    PAUSES,
    PROMISES,
    RESUBMISSIONS,
    TEAM,
)
from .debtors import PERSONS
from .places import price


class CarteraDemoAnswers(models.AbstractModel):
    """Who looks after the demo's debtors, and what these have answered: promises,
    disputes, pauses, causes of delay."""

    _name = "cartera.demo.answers"
    _description = "Demo Answers of Debtors"

    @api.model
    def _answer(self, company, partners, today):
        """Note the answers on the cases.

        :param partners: the debtors, in the order of ``debtors.DEBTORS``
        """
        cases = self.env["cartera.case"].search([("company_id", "=", company.id)])
        case_of = {case.partner_id.name: case for case in cases}
        users = self.env["res.users"].search([("share", "=", False)])
        user_of = {user.login: user for user in users}
        self._form_team(company, user_of, today)
        persons = {debtor.name for debtor in PERSONS}
        cases.filtered(lambda case: case.partner_id.name in persons)._assign(
            user_of[COLLECTOR_OF_PERSONS]
        )
        self._form_group({partner.name: partner for partner in partners})
        self._take_promises(case_of, user_of, today)
        self._open_disputes(case_of, today)
        self._pause(case_of, today)
        for name, code in CAUSES:
            cause = self.env["cartera.cause"].search([("code", "=", code)])
            case_of[name]._note_cause(cause)
        for name, day in RESUBMISSIONS:
            case_of[name]._resubmit(today + timedelta(days=day))

    @api.model
    def _form_team(self, company, user_of, today):
        self.env["cartera.team"].create(
            {
                "name": TEAM,
                "company_id": company.id,
                "leader_id": user_of[LEADER].id,
                "member_ids": [
                    Command.create(
                        {
                            "user_id": user_of[login].id,
                            "capacity": capacity,
                            "target": price(target, company.currency_id.name),
                        }
                    )
                    for login, capacity, target in MEMBERS
                ],
            }
        )
        away, substitute, first, last, reason = ABSENCE
        self.env["cartera.substitution"].create(
            {
                "company_id": company.id,
                "user_id": user_of[away].id,
                "substitute_id": user_of[substitute].id,
                "date_from": today + timedelta(days=first),
                "date_to": today + timedelta(days=last),
                "reason": reason,
            }
        )

    @api.model
    def _form_group(self, partner_of):
        members = [partner_of[name].id for name in (GROUP_HEAD, *GROUP_MEMBERS)]
        self.env["cartera.debtor.group"].create(
            {
                "name": GROUP,
                "head_id": partner_of[GROUP_HEAD].id,
                "member_ids": [Command.set(members)],
            }
        )

    @api.model
    def _take_promises(self, case_of, user_of, today):
        """By their collectors, as of the day each was made, and what was paid."""
        for promise in PROMISES:
            case = case_of[promise.debtor].with_user(user_of[promise.by])
            overdue = case.amount_overdue
            taken = case._take_promise(
                {
                    "date_made": today + timedelta(days=promise.made),
                    "currency_id": case.currency_id.id,
                    "installments": self._split(case, promise.payments, today),
                    "channel": "call",
                    "note": promise.note,
                }
            )
            if promise.paid:
                day, share = promise.paid
                self._pay(
                    taken.sudo(),
                    today + timedelta(days=day),
                    case.currency_id.round(overdue * share),
                )

    @api.model
    def _split(self, case, payments, today):
        """The payments of a promise as days and amounts, which together are never
        more than what is overdue.

        :param payments: (days from today, share of what is overdue) pairs
        """
        currency, overdue = case.currency_id, case.amount_overdue
        installments, shares, promised = [], 0.0, 0.0
        for day, share in payments:
            shares += share
            amount = currency.round(overdue * shares - promised)
            installments.append((today + timedelta(days=day), amount))
            promised += amount
        return installments

    @api.model
    def _pay(self, promise, day, amount):
        """A payment of the debtor toward the items of the promise."""
        company = promise.company_id
        bank = self.env["cartera.demo.ledger"]._get_journal(company, "bank")
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": promise.partner_id.id,
                "date": day,
                "amount": amount,
                "currency_id": promise.currency_id.id,
                "journal_id": bank.id,
                "memo": "Transferencia",
            }
        )
        payment.action_post()
        lines = promise.item_ids.line_id
        lines |= payment.move_id.line_ids.filtered(
            lambda line: line.account_id in lines.account_id
        )
        lines.sorted("date_maturity").reconcile()

    @api.model
    def _open_disputes(self, case_of, today):
        for dispute in DISPUTES:
            case = case_of[dispute.debtor]
            item = case.open_item_ids.filtered(
                lambda item: item.due_side == "overdue" and item.direction == "debit"
            )[-1]
            reason = self.env["cartera.dispute.reason"].search(
                [("code", "=", dispute.reason)]
            )
            amount = item.currency_id.round(
                item.amount_residual_currency * dispute.share
            )
            opened = today + timedelta(days=dispute.opened)
            record = case._open_dispute(
                {
                    "reason_id": reason.id,
                    "lines": [(item.move_line_id.id, amount)],
                    "description": dispute.description,
                    "date_deadline": opened + timedelta(days=reason.answer_days),
                }
            )
            record.date_open = opened
            if dispute.state != "open":
                record.action_analyse()
            if dispute.state == "founded":
                record.write({"answer": dispute.answer, "amount_accepted": amount})
                record.action_founded()

    @api.model
    def _pause(self, case_of, today):
        for pause in PAUSES:
            case = case_of[pause.debtor]
            items = case.open_item_ids.filtered("collectable")[: pause.items]
            case._pause(
                {
                    "kind": pause.kind,
                    "reason": pause.reason,
                    "date_review": today + timedelta(days=pause.review),
                    "line_ids": items.move_line_id.ids,
                }
            )
