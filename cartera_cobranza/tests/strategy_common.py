from odoo import Command, fields

from .common import CarteraCommon


class StrategyCommon(CarteraCommon):
    """One strategy without steps for everybody, and a debtor who can be reached."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["cartera.segment"].search([]).active = False
        cls.strategy = cls.env["cartera.strategy"].create({"name": "Trial"})
        cls.segment = cls.env["cartera.segment"].create(
            {
                "name": "Everybody",
                "company_id": cls.company.id,
                "strategy_id": cls.strategy.id,
            }
        )
        cls._reach(cls.debtor)
        cls.template = cls.env.ref("cartera_cobranza.cartera_template_reminder")

    @classmethod
    def _reach(cls, partner):
        """Give a debtor all the addresses there are."""
        partner.write(
            {
                "email": f"cobros{partner.id}@faro.example",
                "phone": "+52 55 5555 0100",
                "street": "Calle Mayor 1",
                "city": "Puebla",
                "country_id": cls.env.ref("base.mx").id,
            }
        )

    @classmethod
    def _create_reachable(cls, name, **values):
        debtor = cls._create_debtor(name, **values)
        cls._reach(debtor)
        return debtor

    @classmethod
    def _step(cls, name, offset=10, action="email", clock="due", **values):
        sequence = len(cls.strategy.with_context(active_test=False).step_ids)
        if action in ("email", "sms", "whatsapp", "letter"):
            values.setdefault("template_id", cls.template.id)
        return cls.env["cartera.strategy.step"].create(
            {
                "strategy_id": cls.strategy.id,
                "sequence": 10 * (sequence + 1),
                "name": name,
                "clock": clock,
                "offset_days": offset,
                "action": action,
                **values,
            }
        )

    @classmethod
    def _due(cls, days, amount=1000, partner=None, **values):
        """An invoice that is due ``days`` before today, or after it when negative."""
        today = fields.Date.context_today(cls.env.user)
        due = fields.Date.subtract(today, days=days)
        day = fields.Date.subtract(min(due, today), days=30)
        return cls._invoice(
            amount, day.isoformat(), due=due.isoformat(), partner=partner, **values
        )

    @classmethod
    def _night(cls, day=None):
        """Do the night of ISO ``day`` as far as the plan."""
        return cls.env["cartera.run"].run(cls.company, date=day)

    def _simulate(self, day=None, told=None):
        plan = self.env["cartera.plan"].create(
            {"company_id": self.company.id, "date": day or fields.Date.today()}
        )
        if told:
            plan._simulate(told)
        else:
            plan.action_simulate()
        return plan

    def _told(self, day=None, partner=None, told="everything"):
        """What a plan says of a debtor: step name to (verdict, reason)."""
        lines = self._simulate(day, told).line_ids.filtered(
            lambda line: line.case_id.partner_id == (partner or self.debtor)
        )
        return {line.step_id.name: (line.verdict, line.reason) for line in lines}

    def _run_plan(self, day=None):
        """Simulate, approve and run the plan of today."""
        plan = self._simulate(day)
        plan.action_approve()
        return plan

    def _put(self, **values):
        """Write fields of the case that people do not."""
        self._case().sudo().write(values)

    def _set_groups(self, user, *names):
        user.group_ids = [
            Command.link(self.env.ref(f"cartera_cobranza.group_cartera_{name}").id)
            for name in names
        ]
