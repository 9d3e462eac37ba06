import re

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import CarteraCommon

READERS = ("own", "collector", "supervisor", "auditor", "accountant")


class PartnerInvoiceCommon(CarteraCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Compras", "parent_id": cls.debtor.id}
        )
        cls.current = cls._create_debtor("Al Corriente")
        cls.stranger = cls._create_debtor("Sin Facturas")
        cls.late = cls._invoice(100, "2026-03-01", due="2026-03-31")
        cls.later = cls._invoice(
            40, "2026-05-01", due=[("2026-06-15", 50), ("2026-07-15", 50)]
        )
        cls.not_due = cls._invoice(
            7, "2026-06-01", due="2026-07-31", partner=cls.current
        )
        cls.credit = cls._invoice(5, "2026-06-01", move_type="out_refund")
        cls.bill = cls._invoice(9, "2026-03-01", move_type="in_invoice")
        cls.env["cartera.run"].run(cls.company)
        cls.case = cls._case()
        cls.current_case = cls._case(cls.current)
        cls.users = {
            role: cls._create_user(f"cartera_{role}", role) for role in READERS[:4]
        }
        cls.users["accountant"] = cls._create_plain("account.group_account_invoice")
        cls.users["salesperson"] = cls._create_plain("base.group_partner_manager")
        cls.users["bookkeeper"] = cls._create_plain(
            "account.group_account_readonly,base.group_partner_manager"
        )
        cls.case.user_id = cls.users["own"]
        cls.moves = cls.late | cls.later | cls.not_due | cls.credit | cls.bill
        cls.partners = cls.debtor | cls.contact | cls.current | cls.stranger

    @classmethod
    def _create_plain(cls, groups):
        return new_test_user(
            cls.env,
            groups.split(".")[1].split(",")[0],
            groups=f"base.group_user,{groups}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _as(self, role, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(self.users[role])

    def _check_search(self, records, name, operator, value):
        """The search finds what a filter of the read values would."""
        domain = [(name, operator, value)]
        found = records.search([("id", "in", records.ids), *domain])
        read = records.filtered_domain(domain)
        self.assertEqual(found.sorted("id"), read.sorted("id"))
        return found


@tagged("post_install", "-at_install", "cartera")
class TestPartner(PartnerInvoiceCommon):
    """The collection of a debtor, in Odoo's own view of the partner."""

    def test_debtor_and_contacts_show_the_case(self):
        for partner in (self.debtor, self.contact):
            self.assertRecordValues(
                partner,
                [
                    {
                        "cartera_case_id": self.case.id,
                        "cartera_stage_id": self.stage_extrajudicial.id,
                        "cartera_user_id": self.users["own"].id,
                        "cartera_amount_overdue": 120.0,
                        "cartera_days_overdue": 91,
                    }
                ],
            )

    def test_partner_without_invoices_shows_nothing(self):
        self.assertRecordValues(
            self.stranger,
            [
                {
                    "cartera_case_id": False,
                    "cartera_stage_id": False,
                    "cartera_user_id": False,
                    "cartera_amount_overdue": 0.0,
                    "cartera_days_overdue": 0,
                }
            ],
        )

    def test_another_company_shows_its_own_case(self):
        other = self.env["res.company"].create({"name": "Ajena"})
        self.env.user.company_ids |= other
        debtor = self.debtor.with_company(other)
        self.assertFalse(debtor.cartera_case_id)
        self.assertFalse(debtor.search([("cartera_amount_overdue", ">", 0)]))
        self.assertEqual(self.debtor.cartera_case_id, self.case)

    def test_values_follow_a_payment_at_once(self):
        self.assertEqual(self.debtor.cartera_amount_overdue, 120)
        self._pay(self.late, 100, "2026-06-30")
        self.assertEqual(self.debtor.cartera_amount_overdue, 20)
        self.assertEqual(self.debtor.cartera_days_overdue, 15)

    def test_searches(self):
        users, stages = self.users, self.stage_preventiva | self.stage_extrajudicial
        for condition in [
            ("cartera_stage_id", "=", self.stage_extrajudicial.id),
            ("cartera_stage_id", "!=", self.stage_extrajudicial.id),
            ("cartera_stage_id", "in", stages.ids),
            ("cartera_stage_id", "not in", stages.ids),
            ("cartera_stage_id", "=", False),
            ("cartera_stage_id", "!=", False),
            ("cartera_stage_id.code", "=", "preventiva"),
            ("cartera_stage_id", "ilike", "extra"),
            ("cartera_user_id", "=", users["own"].id),
            ("cartera_user_id", "!=", users["own"].id),
            ("cartera_user_id", "=", False),
            ("cartera_user_id", "!=", False),
            ("cartera_amount_overdue", ">", 0),
            ("cartera_amount_overdue", ">=", 120),
            ("cartera_amount_overdue", "<", 120),
            ("cartera_amount_overdue", "=", 0),
            ("cartera_amount_overdue", "!=", 0),
        ]:
            with self.subTest(condition):
                self._check_search(self.partners, *condition)

    def test_search_finds_debtor_and_contacts(self):
        found = self._check_search(self.partners, "cartera_amount_overdue", ">", 0)
        self.assertEqual(found, self.debtor | self.contact)

    def test_own_collector_sees_own_debtors_only(self):
        partners = self._as("own", self.partners)
        cases = {partner.name: partner.cartera_case_id for partner in partners}
        self.assertEqual(cases[self.debtor.name], self.case)
        self.assertFalse(cases[self.current.name])

    def test_button_opens_the_case(self):
        for role in READERS:
            action = self._as(role, self.contact).action_open_cartera_case()
            with self.subTest(role):
                self.assertEqual(action["res_model"], "cartera.case")
                self.assertEqual(action["res_id"], self.case.id)

    def test_readers_open_and_save_the_form(self):
        for role in READERS:
            partner = self._as(role, self.debtor)
            if not partner.has_access("write"):
                partner = partner.with_user(self._with_contacts(role))
            with self.subTest(role), Form(partner) as form:
                self.assertEqual(form.cartera_amount_overdue, 120)
                form.name = f"Abarrotes {role}"
            self.assertEqual(self.debtor.name, f"Abarrotes {role}")

    def _with_contacts(self, role):
        """The user of that role, allowed to edit contacts too."""
        self.users[role].sudo().group_ids |= self.env.ref("base.group_partner_manager")
        return self.users[role]


@tagged("post_install", "-at_install", "cartera")
class TestInvoice(PartnerInvoiceCommon):
    """The collection of an invoice, in Odoo's own view of it."""

    def test_invoices_and_credit_notes_show_the_case(self):
        self.assertRecordValues(
            self.moves,
            [
                {
                    "cartera_case_id": case.id,
                    "cartera_stage_id": case.stage_id.id,
                    "cartera_user_id": case.user_id.id,
                    "cartera_days_overdue": days,
                }
                for case, days in [
                    (self.case, 91),
                    (self.case, 15),
                    (self.current_case, 0),
                    (self.case, 0),
                    (self.case.browse(), 0),
                ]
            ],
        )

    def test_days_follow_a_payment_at_once(self):
        self.assertEqual(self.late.cartera_days_overdue, 91)
        self._pay(self.late, 100, "2026-06-30")
        self.assertEqual(self.late.cartera_days_overdue, 0)

    def test_case_of_an_invoice_to_a_contact(self):
        invoice = self._invoice(3, "2026-06-01", partner=self.contact)
        self.assertEqual(invoice.cartera_case_id, self.case)

    def test_searches(self):
        for condition in [
            ("cartera_case_id", "=", self.case.id),
            ("cartera_case_id", "!=", self.case.id),
            ("cartera_case_id", "in", (self.case | self.current_case).ids),
            ("cartera_case_id", "=", False),
            ("cartera_case_id", "!=", False),
            ("cartera_case_id.amount_overdue", ">", 0),
            ("cartera_stage_id", "=", self.stage_extrajudicial.id),
            ("cartera_stage_id", "!=", self.stage_extrajudicial.id),
            ("cartera_stage_id.code", "=", "preventiva"),
            ("cartera_user_id", "=", self.users["own"].id),
            ("cartera_user_id", "=", False),
        ]:
            with self.subTest(condition):
                self._check_search(self.moves, *condition)

    def test_button_opens_the_case(self):
        for role in READERS:
            action = self._as(role, self.late).action_open_cartera_case()
            with self.subTest(role):
                self.assertEqual(action["res_id"], self.case.id)

    def test_readers_open_the_form(self):
        for role in READERS:
            with self.subTest(role):
                form = Form(self._as(role, self.late))
                self.assertEqual(form.cartera_stage_id, self.stage_extrajudicial)
                self.assertEqual(form.cartera_days_overdue, 91)

    def test_own_collector_sees_no_stage_of_others(self):
        self.assertFalse(self._as("own", self.not_due).cartera_stage_id)
        self.assertFalse(self._as("own", self.not_due).cartera_days_overdue)


@tagged("post_install", "-at_install", "cartera")
class TestWithoutRole(PartnerInvoiceCommon):
    """Who has no part in collection works as if it were not installed."""

    def _get_our_fields(self, model):
        return [name for name in self.env[model]._fields if name.startswith("cartera_")]

    def test_views_show_nothing_of_collection(self):
        for role, model, view_types in [
            ("salesperson", "res.partner", ("form", "list", "search", "kanban")),
            ("bookkeeper", "res.partner", ("form", "list", "search", "kanban")),
            ("bookkeeper", "account.move", ("form", "list", "search", "kanban")),
        ]:
            for view_type in view_types:
                with self.subTest(role=role, model=model, view_type=view_type):
                    records = self._as(role, self.env[model])
                    arch = records.get_view(view_type=view_type)["arch"]
                    self.assertFalse(re.findall(r'name="\w*cartera\w*"', arch))
                    self.assertFalse(
                        set(self._get_our_fields(model)) & set(records.fields_get())
                    )

    def test_fields_cannot_be_read_or_searched(self):
        for role, records in [
            ("salesperson", self.debtor),
            ("bookkeeper", self.debtor),
            ("bookkeeper", self.late),
        ]:
            for name in self._get_our_fields(records._name):
                with self.subTest(role=role, model=records._name, field=name):
                    with self.assertRaises(AccessError):
                        self._as(role, records).read([name])
                    with self.assertRaises(AccessError):
                        self._as(role, records).search([(name, "!=", False)])

    def test_company_is_read(self):
        values = self._as("salesperson", self.company).read(
            ["cartera_aging_policy_id", "cartera_default_user_id"]
        )
        self.assertEqual(
            values[0]["cartera_aging_policy_id"], (self.policy.id, "Standard aging")
        )

    def test_forms_open_and_save(self):
        for role in ("salesperson", "bookkeeper"):
            with self.subTest(role):
                with Form(self._as(role, self.debtor)) as form:
                    form.name = f"Saved by {role}"
                self.assertEqual(self.debtor.name, f"Saved by {role}")
        form = Form(self._as("bookkeeper", self.late))
        self.assertEqual(form.amount_residual, 100)

    def test_a_contact_moved_to_another_company_moves_its_debt(self):
        group = self._create_debtor("Grupo Faro")
        self._as("salesperson", self.debtor).parent_id = group
        self.debtor.is_company = False
        self.assertEqual(self._case(group).amount_overdue, 120)
        self.assertEqual(self._case().amount_overdue, 0)

    def test_partner_is_created_copied_archived_and_deleted(self):
        partners = self._as("salesperson", self.env["res.partner"])
        partner = partners.create({"name": "Nuevo"})
        copy = partner.copy()
        self.assertFalse(copy.sudo().cartera_case_ids)
        copy.active = False
        copy.unlink()
        self.assertFalse(copy.exists())

    def test_administrator_without_role_saves_the_settings(self):
        self.users["system"] = self._create_plain("base.group_system")
        settings = self._as("system", self.env["res.config.settings"])
        self.assertNotIn("cartera_aging_policy", settings.get_view()["arch"])
        settings.create({}).execute()
        self.assertEqual(self.company.cartera_aging_policy_id, self.policy)

    def test_administrator_with_role_chooses_policy_and_collector(self):
        policy = self.policy.copy()
        system = self._create_plain("base.group_system")
        system.group_ids |= self.env.ref("cartera_cobranza.group_cartera_supervisor")
        self.users["system"] = system
        with Form(self._as("system", self.env["res.config.settings"])) as form:
            form.cartera_aging_policy_id = policy
            form.cartera_default_user_id = self.users["own"]
        form.record.execute()
        self.assertEqual(self.company.cartera_aging_policy_id, policy)
        self.assertEqual(self.company.cartera_default_user_id, self.users["own"])
