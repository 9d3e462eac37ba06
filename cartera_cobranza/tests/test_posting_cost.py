from odoo.tests import tagged

from .common import CarteraCommon

# Of Odoo's models, those that posting and paying read and write.
LEDGER = ("account.move", "account.move.line", "res.company", "res.partner")
PAYING = ("account.partial.reconcile", "account.full.reconcile", "account.payment")

# Asked of each entry that is posted: whether it waives something, and whether its
# debtor is held back.
ASKED = {"account.move.cartera_settles", "res.partner.cartera_debtor_id"}
# Shown with the item, whose own column it is.
SHOWN = {"cartera.dispute.item.amount_residual"}


def _is_ours(field):
    return field.name.startswith("cartera") or field.model_name.startswith("cartera")


@tagged("post_install", "-at_install", "cartera")
class TestPostingCost(CarteraCommon):
    """What the module adds to the work of those who post and pay is next to nothing."""

    def test_no_column_of_ours_is_read_with_those_of_odoo(self):
        """Each costs as much as one of Odoo's, every time that an invoice, its company
        or its debtor is read."""
        read = {
            f"{model_name}.{name}"
            for model_name in LEDGER
            for name, field in self.env[model_name]._fields.items()
            if _is_ours(field) and field.prefetch is True
        }
        self.assertEqual(read, ASKED)

    def test_nothing_of_ours_follows_payments(self):
        """What depends on what a payment changes is looked for at each of them, along
        all ways there are, even when nobody has read it."""
        following = {
            str(dependent)
            for model_name in PAYING
            for field in self.env[model_name]._fields.values()
            for dependent in self.registry.get_dependent_fields(field)
            if _is_ours(dependent)
        }
        self.assertEqual(following, SHOWN)

    def test_what_was_read_of_charges_and_costs_follows_their_invoices(self):
        """Without depending on them."""
        names = {
            "cartera.agreement": ["amount_charges_paid", "charge_text"],
            "cartera.agreement.installment": ["charge_state"],
            "cartera.legal.case": ["amount_to_invoice", "invoice_count"],
            "cartera.legal.cost": ["is_invoiced"],
        }
        fields = [
            self.env[model_name]._fields[name]
            for model_name, model_names in names.items()
            for name in model_names
        ]
        invoice = self._invoice(1000, "2026-05-01")
        for change in (
            lambda: self._pay(invoice, 1000, "2026-06-01"),
            lambda: invoice.line_ids.remove_move_reconcile(),
            lambda: invoice.button_draft(),
            lambda: invoice.button_cancel(),
        ):
            for field in fields:
                record = self.env[field.model_name].browse(1)
                field._update_cache(record, field.convert_to_cache(None, record))
            change()
            kept = [str(field) for field in fields if field._get_cache(self.env)]
            self.assertFalse(kept)

    # -- tracking -----------------------------------------------------------------

    def _track(self):
        """The debtor, with tracking of changes, as outside the tests."""
        context = {"tracking_disable": False, "mail_notrack": False}
        self.env.flush_all()
        self.env.cr.precommit.clear()
        self.env.invalidate_all()
        return self.debtor.with_context(**context)

    def _get_tracked(self, debtor):
        debtor.env.flush_all()
        debtor.env.cr.precommit.run()
        values = debtor.message_ids.sudo().tracking_value_ids
        return {
            value.field_id.name: (value.old_value_char, value.new_value_char)
            for value in values
        }

    def test_only_what_is_written_of_ours_is_tracked(self):
        debtor = self._track()
        debtor.phone = "55 1234 5678"
        column = debtor._fields["cartera_insolvent_since"]
        self.assertNotIn(debtor.id, column._get_cache(debtor.env))
        self.assertEqual(set(self._get_tracked(debtor)), {"phone"})

    def test_what_is_written_is_told_with_what_it_was(self):
        self.debtor.cartera_tz = "America/Tijuana"
        debtor = self._track()
        debtor.write({"cartera_tz": "America/Cancun"})
        debtor.write({"cartera_tz": "America/Merida", "comment": "Frontera"})
        self.assertEqual(
            self._get_tracked(debtor),
            {"cartera_tz": ("America/Tijuana", "America/Merida")},
        )
        debtor.cartera_debtor_kind = "person"
        self.assertIn("cartera_debtor_kind_set", self._get_tracked(debtor))

    def test_who_wants_no_tracking_gets_none(self):
        debtor = self._track()
        debtor.with_context(mail_notrack=True).cartera_tz = "America/Cancun"
        untracked = debtor.with_context(tracking_disable=True)
        untracked.cartera_insolvent_since = "2026-06-01"
        self.assertEqual(self._get_tracked(debtor), {})
