from odoo import api, fields, models
from odoo.tools import SQL

from . import agreement_pieces as pieces
from .cartera_open_item import AGE_BY, IS_DEBIT, dated


class CarteraOpenItem(models.Model):
    """Which agreement an open item stands for, and how old it was without it."""

    # A subject of its own, which the other files know nothing of.
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "cartera.open.item"

    agreement_id = fields.Many2one(
        "cartera.agreement",
        readonly=True,
        help="The agreement that the item is an instalment of, or was made for.",
    )
    installment_id = fields.Many2one(
        "cartera.agreement.installment", string="Instalment", readonly=True
    )
    date_due_original = fields.Date(
        string="Original Due Date",
        readonly=True,
        help="Before an agreement gave the item other dates.",
    )
    days_overdue_original = dated(
        fields.Integer,
        string="Days Past the Original Date",
        aggregator="max",
        help="Days past the due date that the item had before the agreement.",
    )
    bucket_original_id = dated(
        fields.Many2one,
        "cartera.aging.bucket",
        string="Original Bucket",
        help="Bucket that the item would be in without the agreement.",
    )
    is_agreed = dated(
        fields.Boolean,
        string="Under Agreement",
        help="An agreement in force has given it its date, or waives it once all the "
        "rest is paid.",
    )

    _depends = {
        **pieces.DEPENDS,
        "account.move": [*pieces.DEPENDS["account.move"], "cartera_installment_id"],
    }

    @api.depends("document", "installment_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """An invoice under agreement has several rows, which are told apart."""
        for item in self:
            item.display_name = item.document
            if number := item.installment_id.number:
                item.display_name = self.env._(
                    "%(document)s, instalment %(number)s",
                    document=item.document,
                    number=number,
                )

    @api.model
    def _select(self):
        return SQL(
            """
            %(columns)s,
            COALESCE(item.agreement_id, move.cartera_agreement_id) AS agreement_id,
            COALESCE(
                item.installment_id,
                move.cartera_installment_id,
                (
                    SELECT MIN(moved.installment_id)
                    FROM cartera_agreement_installment_line_rel moved
                    WHERE moved.line_id = item.line_id
                )
            ) AS installment_id,
            item.date_due_original,
            %(day)s - item.date_due_original AS days_overdue_original,
            policy.bucket_ids[
                GREATEST(width_bucket(%(original)s, policy.first_days), 1)
            ] AS bucket_original_id,
            item.agreement_id IS NOT NULL
                OR COALESCE(%(is_debit)s AND %(in_force)s, FALSE) AS is_agreed
            """,
            columns=super()._select(),
            day=self._get_day(),
            original=SQL(
                "%s - %s",
                self._get_day(),
                self.with_context(**{AGE_BY: "original"})._get_aged_from_sql(),
            ),
            is_debit=IS_DEBIT,
            in_force=self._get_in_force_sql(),
        )

    @api.model
    def _get_in_force_sql(self):
        """Whether the agreement that an entry was made for is in force on the day."""
        if as_of := self._get_as_of():
            return SQL(
                """
                contract.date_started <= %(day)s
                AND (contract.date_ended IS NULL OR contract.date_ended > %(day)s)
                """,
                day=as_of,
            )
        return SQL("contract.state = 'active'")

    @api.model
    def _from(self, items):
        return SQL(
            """
            %s
            LEFT JOIN cartera_agreement contract
                ON contract.id = move.cartera_agreement_id
            """,
            super()._from(items),
        )
