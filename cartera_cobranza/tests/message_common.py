from odoo import Command

from .common import CarteraCommon

# A Tuesday at noon, when whoever does business may be written to.
NOON = "2026-06-30 15:00:00"
TODAY = "2026-06-30"


class MessageCommon(CarteraCommon):
    """Debtors in arrears, a strategy that writes to them, and its outbox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to(NOON)
        cls.company.partner_id.write(
            {
                "email": "cobranza@acreedor.example",
                "phone": "+1 555 0100",
                "street": "Calle 1",
                "city": "Ciudad",
            }
        )
        cls.debtor.write({"email": "faro@deudor.example", "lang": "en_US"})
        cls.template = cls.env.ref("cartera_cobranza.cartera_template_reminder")
        cls.messages = cls.env["cartera.communication"].sudo()
        cls.dispatcher = cls.env["cartera.dispatcher"].sudo()

    # -- builders -----------------------------------------------------------------

    @classmethod
    def _overdue(cls, amount=100, partner=None, **values):
        """An invoice that has been due for a month."""
        return cls._invoice(
            amount, "2026-05-01", due="2026-05-31", partner=partner, **values
        )

    @classmethod
    def _step(cls, action="email", template=None, **values):
        strategy = cls.env["cartera.strategy"].create(
            {
                "name": "Messages",
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create(
                        {
                            "name": action,
                            "action": action,
                            "template_id": (template or cls.template).id,
                            "offset_days": 1,
                            **values,
                        }
                    )
                ],
            }
        )
        return strategy.step_ids

    @classmethod
    def _execute(cls, step, cases, date=TODAY):
        """Do a step for cases, as a plan does."""
        executions = (
            cls.env["cartera.step.execution"]
            .sudo()
            .create(
                [
                    {
                        "case_id": case.id,
                        "company_id": case.company_id.id,
                        "step_id": step.id,
                        "episode": 1,
                        "occurrence": number,
                        "date": date,
                        "action": step.action,
                    }
                    for number, case in enumerate(cases, 1)
                ]
            )
        )
        cls.env[f"cartera.action.{step.action}"].sudo()._do(executions)
        return executions

    @classmethod
    def _plan_message(cls, action="email", template=None, case=None, **values):
        """A message of a strategy to the debtor, planned for today."""
        step = cls._step(action, template, **values)
        execution = cls._execute(step, case or cls._case())
        return execution.communication_id

    def _dispatch(self):
        self.dispatcher._dispatch()

    @classmethod
    def _contact(cls, name, partner=None, **values):
        return cls.env["res.partner"].create(
            {"name": name, "parent_id": (partner or cls.debtor).id, **values}
        )
