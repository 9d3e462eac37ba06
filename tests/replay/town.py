"""The witnesses, their strategy, and the people who deal with them."""

from contextlib import suppress
from datetime import timedelta

from witnesses import STEPS, WITNESSES

from odoo import Command, fields
from odoo.exceptions import UserError

TAG = "Witness"


class Town:
    """Makes the witnesses and does on each day what they and the collectors do."""

    def __init__(self, company, first_day):
        self.env = company.env
        self.company = company
        self.first_day = first_day
        self.invoices = {}

    def build(self):
        """Creates the strategy, its segment, and the witnesses with their debts."""
        tag = self.env["res.partner.category"].create({"name": TAG})
        self._make_strategy(tag)
        for number, witness in enumerate(WITNESSES):
            partner = self.env["res.partner"].create(
                {
                    "name": witness.name,
                    "is_company": witness.is_company,
                    "company_id": self.company.id,
                    "country_id": self.env.ref(f"base.{witness.country.lower()}").id,
                    "category_id": [Command.set(tag.ids)],
                    "email": f"witness{number}@example.com",
                    "phone": f"+52 55 5551 {2000 + number}",
                }
            )
            self._consent(partner, witness)
            self.invoices[witness] = self._invoice(partner, self._day(witness.due))
            if witness.also_due:
                self._invoice(partner, self._day(witness.also_due))

    def live(self, number):
        """What the witnesses do on the day of that number."""
        for witness, invoice in self.invoices.items():
            case = self._case(invoice.partner_id)
            if witness.pays == number:
                self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=invoice.ids
                ).create({"payment_date": self._day(number)})._create_payments()
            if witness.promise and witness.promise[0] == number:
                self._promise(case, invoice, self._day(witness.promise[1]))
            if witness.hold and number == 0:
                case._pause(
                    {
                        "date_review": self._day(witness.hold),
                        "reason": "A credit note is being made.",
                    }
                )

    def collect(self):
        """The collectors make the calls and post the letters that wait, as far as they
        may now; the rest they try again a few hours later."""
        calls = self.env["mail.activity"].search(
            [
                ("res_model", "=", "cartera.case"),
                ("date_deadline", "<=", fields.Date.today()),
            ]
        )
        for call in calls:
            with suppress(UserError), self.env.cr.savepoint():
                call.action_feedback(feedback="Called")
        letters = self.env["cartera.communication"].search(
            [("channel", "=", "letter"), ("state", "=", "ready")]
        )
        for letter in letters:
            with suppress(UserError), self.env.cr.savepoint():
                letter.action_mark_posted()

    def _promise(self, case, invoice, day):
        """The debtor promises to pay the invoice on a day."""
        line = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        case._take_promise(
            {"installments": [(day, invoice.amount_residual)], "line_ids": line.ids}
        )

    # -- making ------------------------------------------------------------------------

    def _day(self, number):
        return self.first_day + timedelta(days=number)

    def _case(self, partner):
        return self.env["cartera.case"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def _make_strategy(self, tag):
        templates = {
            template.kind: template
            for template in self.env["cartera.message.template"].search([])
        }
        stages = self.env["cartera.stage"].search([]).grouped("code")
        strategy = self.env["cartera.strategy"].create(
            {
                "name": "Witnesses",
                "step_ids": [
                    Command.create(
                        {
                            "name": step.name,
                            "sequence": sequence,
                            "clock": step.clock,
                            "offset_days": step.offset,
                            "action": step.action,
                            "template_id": step.kind and templates[step.kind].id,
                            "stage_ids": [stages[code].id for code in step.stages],
                        }
                    )
                    for sequence, step in enumerate(STEPS)
                ],
            }
        )
        self.env["cartera.segment"].create(
            {
                "name": "Witnesses",
                "sequence": 0,
                "category_ids": tag.ids,
                "strategy_id": strategy.id,
            }
        )

    def _consent(self, partner, witness):
        self.env["cartera.consent"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "channel": channel,
                    "source": "contract",
                }
                for channel in witness.consents
            ]
        )

    def _invoice(self, partner, due):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": self.first_day - timedelta(days=16),
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 10_000})
                ],
            }
        )
        invoice.action_post()
        return invoice
