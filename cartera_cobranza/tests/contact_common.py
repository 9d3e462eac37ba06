from datetime import datetime, timezone

from odoo.addons.cartera_cobranza.models.contact_request import ContactRequest

from .common import CarteraCommon

UTC = timezone.utc


class ContactCommon(CarteraCommon):
    """Debtors in several countries, and a short way to the gate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env["cartera.contact.gate"]
        cls.contacts = cls.env["cartera.contact"]
        cls.refusals = cls.env["cartera.contact.refusal"]
        cls.consents = cls.env["cartera.consent"]

    # -- builders -----------------------------------------------------------------

    @classmethod
    def _create_person(cls, country, name="Ana Torres", **values):
        return cls.env["res.partner"].create(
            {
                "name": f"{name} ({country})",
                "is_company": False,
                "country_id": cls.env.ref(f"base.{country}").id,
                **values,
            }
        )

    @classmethod
    def _create_case(cls, partner, amount=100, due="2026-05-31"):
        """The case of a debtor with one overdue invoice."""
        cls._invoice(amount, "2026-05-01", due=due, partner=partner)
        return cls._case(partner)

    @classmethod
    def _person_case(cls, country, **values):
        return cls._create_case(cls._create_person(country, **values))

    @classmethod
    def _log(cls, case, channel="call", date=None, **values):
        vals = {"case_id": case.id, "channel": channel, **values}
        if date:
            vals["date"] = date
        return cls.contacts._log([vals])

    @classmethod
    def _result(cls, code):
        """A result of the tree, by its code."""
        results = cls.env["cartera.disposition"].with_context(active_test=False)
        return results.search([("code", "=", code)])

    # -- asking -------------------------------------------------------------------

    @staticmethod
    def _at(text):
        """An aware moment from ISO text with an offset."""
        return datetime.fromisoformat(text)

    def _ask(self, case, channel="call", at=None, **values):
        [decision] = self.gate._decide(
            [ContactRequest(case, channel, **values)], at and self._at(at)
        )
        return decision

    def assertDelayed(self, decision, rule, until):
        """Delayed by ``rule`` until ISO ``until``."""
        self.assertEqual((decision.verdict, decision.rule), ("delay", rule))
        self.assertEqual(decision.until, self._at(until))

    def assertRefused(self, decision, rule):
        self.assertEqual((decision.verdict, decision.rule), ("refuse", rule))
