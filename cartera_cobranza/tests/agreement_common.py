from odoo import Command, fields

from .common import CarteraCommon


class AgreementCommon(CarteraCommon):
    """Agreements in force, made straight from their items and instalments."""

    @classmethod
    def _agreement_product(cls, kind="reestructura", **values):
        return cls.env["cartera.agreement.product"].create(
            {"name": kind, "kind": kind, **values}
        )

    @classmethod
    def _make_agreement(
        cls, moves, *payments, kind="reestructura", product=None, **values
    ):
        """An agreement in force since today about the open items of ``moves``.

        :param payments: ``(ISO day, principal)`` or ``(ISO day, principal, interest)``
            of each instalment; what they leave of the debt is waived
        """
        product = product or cls._agreement_product(kind)
        lines = cls._receivable_lines(moves).filtered(lambda line: not line.reconciled)
        lines = lines.sorted(lambda line: (line.date_maturity, line.id))
        payable = sum(payment[1] for payment in payments)
        frozen = (
            "ledger_mode",
            "settlement_method",
            "tolerance_days",
            "tolerance_percent",
            "accelerates",
            "reverse_charges_first",
            "default_missed",
            "default_days",
            "notice_days",
            "cure_count",
        )
        agreement = (
            cls.env["cartera.agreement"]
            .sudo()
            .create(
                {
                    "case_id": cls._case(
                        lines.partner_id.cartera_debtor_id, lines.company_id
                    ).id,
                    "product_id": product.id,
                    "currency_id": lines.currency_id.id,
                    **{name: product[name] for name in frozen},
                    "item_ids": [
                        Command.create(
                            {
                                "line_id": line.id,
                                "sequence": rank,
                                "amount": line.amount_residual_currency,
                            }
                        )
                        for rank, line in enumerate(lines)
                    ],
                    "installment_ids": cls._prepare_installments(payments),
                    **values,
                }
            )
        )
        debt = sum(agreement.item_ids.mapped("amount"))
        # As given: nothing is worked out anew from the terms.
        agreement.with_context(cartera_refreshing=True).write(
            {
                "amount_debt": debt,
                "amount_payable": payable,
                "amount_quita": debt - payable,
                "date_limit": payments[-1][0],
            }
        )
        agreement._activate(fields.Date.today())
        return agreement

    @classmethod
    def _prepare_installments(cls, payments):
        start, commands = 0, []
        for number, (day, principal, *interest) in enumerate(payments, 1):
            commands.append(
                Command.create(
                    {
                        "number": number,
                        "date": day,
                        "amount_principal": principal,
                        "amount_interest": interest[0] if interest else 0,
                        "amount_total": principal + (interest[0] if interest else 0),
                        "principal_from": start,
                        "principal_to": start + principal,
                    }
                )
            )
            start += principal
        return commands
