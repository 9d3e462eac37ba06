from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import UserError


class CarteraCaseAgreement(models.AbstractModel):
    """The agreements of a case, and what of its debt may be agreed on."""

    _name = "cartera.case.agreement"
    _description = "Agreements of a Case"

    agreement_ids = fields.One2many("cartera.agreement", "case_id", string="Agreements")
    legal_case_ids = fields.One2many(
        "cartera.legal.case", "case_id", string="Legal Cases"
    )

    def _negotiate(self, vals):
        """Draft an agreement with the debtor, with its schedule.

        What is not given is proposed as in the form: all that can be collected in the
        main currency, by the usual terms of the product.

        :param vals: fields of ``cartera.agreement`` that are not as usual, and instead
            of ``item_ids`` the ids ``line_ids`` of journal items, instead of
            ``installment_ids`` the ``payments`` [(date, amount of the debt), ...] of
            the method ``custom``, the last of which takes the rest. ``amount_payable``
            settles the discount, of fees first, then of interest, then of capital
        :return: the ``cartera.agreement``, in draft
        :raise UserError: when the debtor is insolvent
        """
        self.ensure_one()
        self.check_access("write")
        self._check_solvent()
        vals = {**vals, "case_id": self.id}
        line_ids = vals.pop("line_ids", None)
        payments = vals.pop("payments", None)
        if line_ids is not None:
            lines = self.env["account.move.line"].browse(line_ids)
            vals["item_ids"] = self._prepare_items(lines, vals)
            if lines:
                vals.setdefault("currency_id", lines[:1].currency_id.id)
        if payments is not None:
            vals["method"] = "custom"
            vals["installment_ids"] = [
                Command.create(
                    {"number": number, "date": day, "amount_principal": part}
                )
                for number, (day, part) in enumerate(payments, 1)
            ]
        return self.env["cartera.agreement"].create(vals)

    def _prepare_items(self, lines, vals):
        """Commands that cover all that may be covered of journal items, and what is
        open of the others, which are refused with their reason."""
        old = self.env["cartera.agreement"].browse(vals.get("refinanced_from_id"))
        agreeable = self._get_agreeable(old)
        return [
            Command.create(
                {
                    "line_id": line.id,
                    "amount": agreeable.get(line, line.amount_residual_currency),
                }
            )
            for line in lines
        ]

    def _check_solvent(self):
        """:raise UserError: when a pause holds the debtor because of insolvency"""
        if text := self._get_insolvency_text():
            raise UserError(text)

    def _get_insolvency_text(self):
        """Why nothing may be agreed with an insolvent debtor, or False."""
        pauses = self.sudo().pause_ids.filtered(
            lambda pause: pause.kind == "insolvency" and pause.state == "active"
        )
        return bool(pauses) and self.env._(
            "%(debtor)s is in insolvency proceedings, in which creditors are treated "
            "alike: nothing is agreed with one of them. End the pause once the "
            "proceedings are over.",
            debtor=self.partner_id.display_name,
        )

    # -- what may be agreed on ----------------------------------------------------

    def _get_agreeable(self, refinanced=None):
        """What of each open item of the debtor an agreement may cover: what is open
        of it, less what is disputed; nothing where another agreement is in force.

        What is promised counts: the agreement takes the place of the promise.

        :param refinanced: the ``cartera.agreement`` whose items count too
        :return: ``{journal item: amount in its currency}``, the oldest first
        """
        owed = defaultdict(float)
        for item in self._get_agreeable_items():
            owed[item.move_line_id] += item.amount_residual_currency
        lines = self.env["account.move.line"].sudo().union(*owed)
        disputed = self._get_disputed_parts(lines)
        covered = self._get_covered_lines(lines, refinanced)
        amounts = {
            line: line.currency_id.round(owed[line] - disputed.get(line, 0))
            for line in lines.sorted(
                lambda line: (line.date_maturity or line.date, line.id)
            )
            if line not in covered
        }
        return {line: amount for line, amount in amounts.items() if amount > 0}

    def _get_agreeable_items(self):
        """Open items of the debtor that may be collected in some way."""
        items = self.env["cartera.open.item"].sudo().with_context(cartera_as_of=False)
        return items.search(
            [
                ("debtor_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("direction", "=", "debit"),
                ("amount_residual_currency", ">", 0),
                ("no_followup", "=", False),
                ("blocked", "=", False),
                ("account_id.non_trade", "=", False),
            ]
        )

    def _get_disputed_parts(self, lines):
        """``{journal item: amount}`` of what open disputes contest of them."""
        parts = (
            self.env["cartera.dispute.item"]
            .sudo()
            ._read_group(
                [("line_id", "in", lines.ids), ("is_open", "=", True)],
                ["line_id"],
                ["amount_open:sum"],
            )
        )
        return dict(parts)

    def _get_covered_lines(self, lines, refinanced=None):
        """Those of the journal items that agreements in force cover, or have moved
        there."""
        debts = {line: line._get_cartera_debts() for line in lines}
        every = lines.union(*debts.values())
        items = self.env["cartera.agreement.item"].sudo()
        found = items.search([("line_id", "in", every.ids), ("is_active", "=", True)])
        if refinanced:
            found = found.filtered(lambda item: item.agreement_id != refinanced)
        covered = found.line_id
        return lines.filtered(lambda line: debts[line] & covered)

    def _get_agreeable_currency(self, refinanced=None):
        """The currency in which the debtor owes most of what may be agreed on."""
        owed = defaultdict(float)
        for line in self._get_agreeable(refinanced):
            owed[line.currency_id] += line.amount_residual
        return max(owed, key=owed.get, default=self.company_id.currency_id)

    def _get_credits(self, currency):
        """What stands in favour of the debtor in a currency, as a positive amount."""
        items = self.env["cartera.open.item"].sudo().with_context(cartera_as_of=False)
        found = items.search(
            [
                ("debtor_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", currency.id),
                ("direction", "=", "credit"),
            ]
        )
        return -sum(found.mapped("amount_residual_currency"))

    # -- actions ------------------------------------------------------------------

    def action_agreement(self):
        """Open the negotiation of a new agreement with the debtor."""
        self.ensure_one()
        self.check_access("write")
        self._check_solvent()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Agreement"),
            "res_model": "cartera.agreement",
            "views": [[False, "form"]],
            "context": {"default_case_id": self.id},
        }
