import base64
from datetime import timedelta
from io import BytesIO
from math import sin

from PIL import Image, ImageDraw

from odoo import Command, api, fields, models

from .agreements import (
    COSTS,
    DEALS,
    DISCOUNT_RATE,
    EXCEPTION,
    GUARANTOR,
    LAWYER,
    MEASURES,
    PROCEEDINGS,
    RATE_CAP,
    SERVED_AFTER,
    SIGNER,
    SUPERVISOR,
    VARIANTS,
    VARIANTS_FROM,
    WAIVER,
)
from .places import price

PORTAL_ADDRESS = "192.0.2.10"  # reserved for examples


class CarteraDemoAgreements(models.AbstractModel):
    """The agreements of the demo's debtors, each made and lived on its own days as
    people do it. What the night does of them is done at the end of each day."""

    _name = "cartera.demo.agreements"
    _description = "Demo Agreements"

    # -- settings -----------------------------------------------------------------

    @api.model
    def _introduce(self, company):
        """Fill in the settings of agreements that nobody has chosen."""
        known = {
            **SIGNER,
            "cartera_discount_rate": DISCOUNT_RATE,
            "cartera_rate_cap": RATE_CAP,
        }
        company.write(
            {name: value for name, value in known.items() if not company[name]}
        )
        if not company.cartera_waiver_product_id:
            company.cartera_waiver_product_id = self.env["product.product"].create(
                {"name": WAIVER, "type": "service", "taxes_id": [Command.clear()]}
            )
        # Sold with the tax that the company charges, as its goods are.
        products = company.cartera_interest_product_id | company.cartera_fee_product_id
        products.taxes_id |= company.account_sale_tax_id

    # -- days ---------------------------------------------------------------------

    @api.model
    def _get_days(self):
        """The days on which something happens, counted from today, in order."""
        return sorted({step.day for deal in DEALS for step in deal.steps})

    @api.model
    def _live_a_day(self, company, day):
        """Let happen what happens to the agreements on ``day``, then end it.

        Whoever calls it sets the clock to that day.

        :param day: one of ``_get_days``
        """
        self = self.sudo().with_company(company)
        self = self.with_context(lang=company.partner_id.lang)
        for deal in DEALS:
            case = self._find_case(company, deal.debtor)
            for step in deal.steps:
                if step.day == day:
                    getattr(self, f"_{step.what}")(case, deal.kind, **step.values)
                    # What was tracked is told by whoever did it.
                    self.env.cr.flush()
        self._end_day(company)

    @api.model
    def _find_case(self, company, debtor):
        return self.env["cartera.case"].search(
            [("company_id", "=", company.id), ("partner_id.name", "=", debtor)]
        )

    @api.model
    def _find_agreement(self, case):
        """The newest agreement of the case, as its collector."""
        newest = self.env["cartera.agreement"].search(
            [("case_id", "=", case.id)], order="id desc", limit=1
        )
        return newest.with_user(case.user_id)

    @api.model
    def _end_day(self, company):
        """What the night does of agreements: it charges, judges, acts and settles."""
        today = company._get_cartera_today()
        engine = self.env["cartera.agreement.engine"]
        self.env["cartera.agreement.charger"]._charge_company(company, today)
        engine._judge(company, today)
        for agreement in engine._find_to_act(company, today):
            agreement._act(today)
        self.env["cartera.agreement.settler"]._settle_company(company, today)

    # -- what happens -------------------------------------------------------------

    @api.model
    def _wait(self, case, kind):
        """Nobody does anything: the night alone."""

    @api.model
    def _draft(self, case, kind, valid_days=None, variant=None, **values):
        """Negotiate about what is overdue, as the collector of the case."""
        today = case.company_id._get_cartera_today()
        product = self._get_product(case, kind, variant)
        if valid_days:
            values["date_valid_until"] = today + timedelta(days=valid_days)
        if kind == "convenio_judicial":
            values["legal_case_id"] = case.legal_case_ids[:1].id
        return case.with_user(case.user_id)._negotiate(
            {
                "line_ids": [line.id for line in self._get_overdue(case)],
                "product_id": product.id,
                **values,
            }
        )

    @api.model
    def _get_product(self, case, kind, variant):
        """The usual product of a kind, or a variant, made of it the first time."""
        offered = self.env["cartera.agreement.product"]._get_offered(case)
        offered = offered.filtered(lambda one: one.kind == kind)
        if not variant:
            return offered[:1]
        name, values = VARIANTS[variant]
        return offered.filtered(lambda one: one.name == name) or offered[:1].copy(
            {**values, "name": name, "sequence": VARIANTS_FROM}
        )

    @api.model
    def _get_overdue(self, case):
        """``{journal item: amount}`` of what is overdue today."""
        today = case.company_id._get_cartera_today()
        return {
            line: amount
            for line, amount in case._get_agreeable().items()
            if (line.date_maturity or line.date) < today
        }

    @api.model
    def _offer(self, case, kind, **values):
        """Offer it; what is beyond the limits of a country without being meant to be
        is granted at once."""
        agreement = self._draft(case, kind, **values)
        is_usual = not agreement.override_reason
        if is_usual and agreement.needs_reason:
            agreement.override_reason = EXCEPTION
        agreement._propose()
        if is_usual and agreement.state == "to_approve":
            self._decide(case)._approve(EXCEPTION)
        if agreement.state == "proposed":
            agreement._issue("proposal")

    @api.model
    def _refinance(self, case, kind, **values):
        self._find_agreement(case)._refinance(values)._propose()

    @api.model
    def _decide(self, case):
        supervisor = self.env["res.users"].search([("login", "=", SUPERVISOR)])
        return self._find_agreement(case).with_user(supervisor)

    @api.model
    def _approve(self, case, kind, reason):
        agreement = self._decide(case)
        if agreement.state == "to_approve":
            agreement._approve(reason)
        agreement._issue("proposal")

    @api.model
    def _refuse(self, case, kind, reason):
        agreement = self._decide(case)
        if agreement.state == "to_approve":
            agreement._refuse(reason)

    @api.model
    def _cancel(self, case, kind, reason):
        self._decide(case)._cancel(reason)

    @api.model
    def _sign(self, case, kind):
        self._find_agreement(case)._sign()

    @api.model
    def _accept(self, case, kind):
        """The debtor signs in the portal."""
        agreement = self._find_agreement(case).sudo()
        name = agreement.partner_id.name
        signature = self._draw_signature(len(name))
        agreement._accept(name, signature, PORTAL_ADDRESS)

    @api.model
    def _draw_signature(self, curls):
        """A scribble, as PNG in base64."""
        width, height = 360, 120
        image = Image.new("RGBA", (width, height), (255, 255, 255, 0))
        points = [
            (x, height / 2 + sin(x / curls) * (height / 3 - x / 12))
            for x in range(20, width - 20)
        ]
        ImageDraw.Draw(image).line(points, fill=(20, 30, 90, 255), width=3)
        file = BytesIO()
        image.save(file, "PNG")
        return base64.b64encode(file.getvalue())

    @api.model
    def _secure(self, case, kind):
        """A pagaré for each instalment, and somebody who answers for all."""
        agreement = self._find_agreement(case)
        agreement.action_issue_pagares()
        if kind == "convenio_judicial":
            country = case.partner_id.country_id
            guarantor = self.env["res.partner"].create(
                {**GUARANTOR, "country_id": country.id}
            )
            agreement.coverage_ids.create(
                {
                    "agreement_id": agreement.id,
                    "kind": "guarantor",
                    "partner_id": guarantor.id,
                }
            )

    @api.model
    def _pay(self, case, kind, share=1.0):
        """The debtor pays a share of what has come due, or else of what comes due next:
        a weekend or holiday moves it; of a settlement, all of it."""
        company = case.company_id
        today = company._get_cartera_today()
        self.env["cartera.agreement.charger"]._charge_company(company, today)
        engine = self.env["cartera.agreement.engine"]
        engine._judge(company, today, case.partner_id.ids)
        agreement = self._find_agreement(case)
        parts = agreement.installment_ids
        if kind != "finiquito":
            unpaid = parts.filtered("amount_open")
            due = unpaid.filtered(lambda part: part.date <= today)
            parts = due or unpaid[:1]
        amount = sum(parts.mapped("amount_open")) * share
        bank = self.env["cartera.demo.ledger"]._get_journal(company, "bank")
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": case.partner_id.id,
                "date": today,
                "amount": agreement.currency_id.round(amount),
                "currency_id": agreement.currency_id.id,
                "journal_id": bank.id,
                "memo": agreement.name,
            }
        )
        payment.action_post()
        agreement.action_match_payments()
        self._find_agreement(case).coverage_ids.filtered(
            lambda coverage: (
                set(coverage.installment_ids.mapped("state")) == {"paid"}
                and coverage.state == "held"
            )
        ).action_paid()

    # -- in court -----------------------------------------------------------------

    @api.model
    def _sue(self, case, kind, docket):
        """A supervisor files the claim; its costs are charged to the debtor."""
        supervisor = self.env["res.users"].search([("login", "=", SUPERVISOR)])
        case.with_user(supervisor).stage_id = self.env.ref(
            "cartera_cobranza.cartera_stage_judicial"
        )
        today = case.company_id._get_cartera_today()
        filed = today - timedelta(days=SERVED_AFTER)
        lawyer = self.env["res.partner"].search([("name", "=", LAWYER)], limit=1)
        legal = self.env["cartera.legal.case"].with_user(supervisor)
        legal = legal.create(
            {
                **PROCEEDINGS,
                "docket_number": f"{docket}/{filed.year}",
                "case_id": case.id,
                "user_id": case.user_id.id,
                "lawyer_id": (lawyer or lawyer.create({"name": LAWYER})).id,
                "date_filed": filed,
                "date_served": today,
                "amount_capital": sum(self._get_overdue(case).values()),
                "cost_ids": [
                    Command.create(self._prepare_cost(case, today, *cost))
                    for cost in COSTS
                ],
            }
        )
        legal.action_invoice_costs()

    @api.model
    def _prepare_cost(self, case, date, name, dollars, is_recoverable):
        return {
            "date": date,
            "name": name,
            "amount": price(dollars, case.company_id.currency_id.name),
            "is_recoverable": is_recoverable,
        }

    @api.model
    def _seize(self, case, kind):
        """The court orders its measures."""
        case.legal_case_ids[:1].write(
            {
                "procedural_stage": "Pruebas",
                "measure_ids": [
                    Command.create(
                        {
                            "name": name,
                            "asset": asset,
                            "amount": price(dollars, case.currency_id.name),
                            "date": case.company_id._get_cartera_today(),
                        }
                    )
                    for name, asset, dollars in MEASURES
                ],
            }
        )

    @api.model
    def _note_in_court(self, case, kind, step):
        today = fields.Date.context_today(case)
        self._find_agreement(case)._note_court_step(step, today)
