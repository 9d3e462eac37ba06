from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .message_common import MessageCommon


@tagged("post_install", "-at_install", "cartera")
class TestDebtorGroup(MessageCommon):
    """A parent and its subsidiaries, collected as one case or as several."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north = cls._create_debtor("El Faro Norte")
        cls.south = cls._create_debtor("El Faro Sur")
        cls._overdue(1000)
        cls.north_invoice = cls._overdue(200, partner=cls.north)
        cls._overdue(30, partner=cls.south)
        cls._invoice(5, "2026-06-01", due="2026-07-31", partner=cls.south)
        cls.head_case, cls.north_case, cls.south_case = (
            cls._case(partner) for partner in (cls.debtor, cls.north, cls.south)
        )
        cls.group = cls.env["cartera.debtor.group"].create(
            {
                "name": "Grupo El Faro",
                "head_id": cls.debtor.id,
                "member_ids": [Command.set((cls.north | cls.south).ids)],
            }
        )

    def _amounts(self):
        cases = self.head_case | self.north_case | self.south_case
        cases.search([("id", "in", cases.ids)])
        return cases.mapped("amount_total")

    # -- one case or several ------------------------------------------------------

    def test_several_cases_stay_what_they_were(self):
        self.assertEqual(self._amounts(), [1000.0, 200.0, 35.0])
        self.assertFalse(self.north_case.collected_with_id)
        self.assertEqual(self.group.member_ids, self.debtor | self.north | self.south)

    def test_one_case_holds_the_items_of_all(self):
        self.group.is_one_case = True
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])
        self.assertEqual(self.head_case.item_count, 4)
        self.assertEqual(self.north_case.item_count, 0)
        self.assertEqual(self.north_case.collected_with_id, self.debtor)
        self.assertFalse(self.head_case.collected_with_id)
        item = self._items().search([("move_id", "=", self.north_invoice.id)])
        self.assertEqual(
            (item.debtor_id, item.commercial_partner_id, item.case_id),
            (self.debtor, self.north, self.head_case),
        )
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-15")

    def test_one_case_and_back_again_loses_nothing(self):
        contact = self._log(self.north_case)
        self.group.is_one_case = True
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])
        self.assertEqual(self.north_case.contact_ids, contact)
        self.group.is_one_case = False
        self.assertEqual(self._amounts(), [1000.0, 200.0, 35.0])
        self.assertEqual(self.north_case.contact_ids, contact)
        self.group.is_one_case = True
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])
        self.assertLedgerEven()

    def _log(self, case):
        values = {"channel": "call", "note": "Will call back"}
        contacts = self.env["cartera.contact"].sudo()
        return contacts.create(
            {
                **values,
                "case_id": case.id,
                "company_id": case.company_id.id,
                "date": "2026-06-29 16:00:00",
            }
        )

    def test_both_cases_say_that_it_was_switched(self):
        def notes(case):
            return "".join(case.message_ids.mapped("body"))

        self.group.is_one_case = True
        text = "What El Faro Norte owes is collected with Abarrotes El Faro"
        self.assertIn(text, notes(self.north_case))
        self.assertIn(text, notes(self.head_case))
        self.assertNotIn(text, notes(self.south_case))
        self.group.is_one_case = False
        text = "What El Faro Norte owes is collected in a case of its own again"
        self.assertIn(text, notes(self.north_case))
        self.assertIn(text, notes(self.head_case))

    def test_what_holds_an_item_goes_with_it(self):
        line = self._receivable_lines(self.north_invoice)
        self.north_case.sudo()._pause(
            {
                "line_ids": line.ids,
                "reason": "Being looked into",
                "date_review": "2026-07-10",
            }
        )
        self.group.is_one_case = True
        self._amounts()
        self.assertEqual(self.head_case.amount_paused, 200.0)
        self.assertEqual(self.head_case.amount_collectable, 1030.0)

    def test_an_item_of_a_member_is_paused_in_the_case_of_the_parent(self):
        self.group.is_one_case = True
        self._amounts()
        line = self._receivable_lines(self.north_invoice)
        terms = {"reason": "Being looked into", "date_review": "2026-07-10"}
        self.head_case._pause({**terms, "line_ids": line.ids})
        self.group.is_one_case = False
        self._amounts()
        self.assertEqual(self.north_case.amount_paused, 200.0)
        stranger = self._receivable_lines(
            self._overdue(9, partner=self._create_debtor("La Tuerca"))
        )
        with self.assertRaises(ValidationError):
            self.head_case._pause({**terms, "line_ids": stranger.ids})

    def test_forms_offer_the_items_of_all_members(self):
        own_invoice = self._invoice(7, "2026-06-01")
        lines = self._receivable_lines(own_invoice | self.north_invoice)
        own = self._receivable_lines(own_invoice)
        views = {
            "cartera.dispute": "cartera_dispute_view_form_new",
            "cartera.pause": "cartera_pause_view_form",
        }
        for is_one, offered in ((False, own), (True, lines)):
            self.group.is_one_case = is_one
            for model, name in views.items():
                with self.subTest(model=model, is_one=is_one):
                    view = self.env.ref(f"cartera_cobranza.{name}")
                    [domain] = {
                        node.get("domain")
                        for node in etree.fromstring(view.arch).iter("field")
                        if node.get("name") in ("line_id", "line_ids")
                    }
                    names = {
                        "partner_id": self.debtor.id,
                        "company_id": self.company.id,
                    }
                    domain = domain.replace("parent.", "")
                    found = lines.search(safe_eval(domain, names))
                    self.assertEqual(found & lines, offered)

    def test_an_invoice_of_a_member_comes_into_the_case_of_the_parent(self):
        self.group.is_one_case = True
        invoice = self._overdue(7, partner=self.north)
        self.assertEqual(self._amounts(), [1242.0, 0.0, 0.0])
        self.assertEqual(invoice.cartera_case_id, self.head_case)
        self.assertEqual(self.north.cartera_case_id, self.head_case)
        self._pay(invoice, 7, "2026-06-29", partner=self.north)
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])

    def test_contacts_of_a_member_owe_with_it(self):
        contact = self._contact("Bodega", self.north)
        self.group.is_one_case = True
        self.assertEqual(contact.cartera_debtor_id, self.debtor)
        self._overdue(7, partner=contact)
        self.assertEqual(self._amounts(), [1242.0, 0.0, 0.0])

    def test_members_come_and_go(self):
        self.group.is_one_case = True
        self.group.member_ids = [Command.unlink(self.north.id)]
        self.assertEqual(self._amounts(), [1035.0, 200.0, 0.0])
        self.group.member_ids = [Command.link(self.north.id)]
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])

    def test_another_parent_takes_the_items_over(self):
        self.group.is_one_case = True
        self.group.head_id = self.north
        self.assertEqual(self._amounts(), [0.0, 1235.0, 0.0])
        self.assertEqual(self.head_case.collected_with_id, self.north)

    def test_an_archived_group_is_several_cases(self):
        self.group.is_one_case = True
        self.group.active = False
        self.assertEqual(self._amounts(), [1000.0, 200.0, 35.0])
        self.group.active = True
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])
        self.group.unlink()
        self.assertEqual(self._amounts(), [1000.0, 200.0, 35.0])

    def test_archived_members_owe_with_the_others(self):
        self.north.active = False
        self.group.is_one_case = True
        self.assertEqual(self._amounts(), [1235.0, 0.0, 0.0])

    def test_the_night_agrees_with_the_day(self):
        self.group.is_one_case = True
        self._amounts()
        self.assertEqual(self.env["cartera.case.refresh"]._refresh(self.company), 0)

    def test_the_debtor_is_looked_for_before_anything_is_summed_up(self):
        self.group.is_one_case = True
        self._amounts()
        refresh = self.env["cartera.case.refresh"]
        items = self._items(cartera_few_items=True)
        query = refresh._get_fresh_sql(items, self.company, [self.debtor.id])
        self.env.flush_all()
        rows = self.env.execute_query(SQL("EXPLAIN %s", query))
        plan = "\n".join(row[0] for row in rows)
        # In all parts of the open items the debtor is looked for in the partners,
        # before anything is summed up; which index serves depends on their number.
        self.assertEqual(plan.count(f"(cartera_debtor_id = {self.debtor.id})"), 3)
        self.assertTrue(self.env["res.partner"]._fields["cartera_debtor_id"].index)

    # -- exposure -----------------------------------------------------------------

    def test_the_exposure_is_the_same_either_way(self):
        expected = {
            "amount_total": 1235.0,
            "amount_not_due": 5.0,
            "amount_overdue": 1230.0,
            "amount_collectable": 1230.0,
            "currency_id": self.company.currency_id.id,
        }
        self.assertRecordValues(self.group, [{**expected, "case_count": 3}])
        self.group.is_one_case = True
        self.env.invalidate_all()
        self.assertRecordValues(self.group, [expected])
        self.assertEqual(self.head_case.group_amount_total, 1235.0)
        found = self._items().search(self.group.action_open_items()["domain"])
        self.assertEqual(sum(found.mapped("amount_residual")), 1235.0)
        cases = self.env["cartera.case"].search(
            self.group.action_open_cases()["domain"]
        )
        self.assertEqual(cases, self.head_case | self.north_case | self.south_case)

    def test_each_member_tells_its_own_balance(self):
        self.group.is_one_case = True
        self.assertEqual(
            (self.debtor | self.north | self.south).mapped("cartera_own_balance"),
            [1000.0, 200.0, 35.0],
        )
        self.assertEqual(self.south.cartera_own_overdue, 30.0)

    def test_a_collector_is_told_of_the_own_cases_only(self):
        gestora = self._create_user("gestora", "own")
        self.north_case.user_id = gestora
        self.env.flush_all()
        group = self.group.with_user(gestora).with_company(self.company)
        self.assertEqual((group.amount_total, group.case_count), (200.0, 1))
        self.group.is_one_case = True
        self.env.invalidate_all()
        self.assertEqual(group.amount_total, 0.0)
        items = self._items().with_user(gestora)
        self.assertFalse(items.search([("move_id", "=", self.north_invoice.id)]))
        self.head_case.user_id = gestora
        self.env.invalidate_all()
        self.assertEqual(group.amount_total, 1235.0)
        self.assertTrue(items.search([("move_id", "=", self.north_invoice.id)]))

    # -- messages -----------------------------------------------------------------

    def test_a_message_to_the_parent_says_who_owes_what(self):
        self.group.is_one_case = True
        self._amounts()
        message = self._plan_message(case=self.head_case)
        self.env["cartera.message.renderer"]._load_items(message)
        self.assertEqual(
            {(row["amount"], row["owner"]) for row in message.items},
            {(1000.0, None), (200.0, "El Faro Norte"), (30.0, "El Faro Sur")},
        )
        self.assertEqual(message.amount, 1230.0)
        self.env["cartera.message.renderer"]._render(message)
        self.assertIn("El Faro Norte", message.body)

    # -- what may be grouped ------------------------------------------------------

    def test_a_partner_is_in_one_group(self):
        with self.assertRaises(ValidationError):
            self.env["cartera.debtor.group"].create(
                {"name": "Otro", "head_id": self.north.id}
            )
        other = self.env["cartera.debtor.group"].create(
            {"name": "Otro", "head_id": self._create_debtor("La Tuerca").id}
        )
        other.member_ids = [Command.link(self.north.id)]
        self.assertNotIn(self.north, self.group.member_ids)
        with self.assertRaises(UserError):
            other.member_ids = [Command.link(self.debtor.id)]
        with self.assertRaises(ValidationError):
            other.head_id = self.south

    def test_the_parent_does_not_leave_its_group(self):
        with self.assertRaises(UserError):
            self.debtor.cartera_group_id = False
        self.group.member_ids = [Command.set(self.north.ids)]
        self.assertEqual(self.group.member_ids, self.debtor | self.north)

    def test_contacts_are_no_members(self):
        contact = self._contact("Bodega")
        with self.assertRaises(ValidationError):
            self.group.member_ids = [Command.link(contact.id)]
        with self.assertRaises(ValidationError):
            self.env["cartera.debtor.group"].create(
                {"name": "Otro", "head_id": contact.id}
            )

    def test_who_becomes_a_contact_leaves_the_group(self):
        self.group.is_one_case = True
        self.north.write({"is_company": False, "parent_id": self.south.id})
        self.assertFalse(self.north.cartera_group_id)
        self.assertEqual(self.north.cartera_debtor_id, self.debtor)
        with self.assertRaises(UserError):
            self.debtor.write({"is_company": False, "parent_id": self.south.id})

    def test_only_supervisors_regroup(self):
        collector = self._create_user("gestora", "collector")
        with self.assertRaises(AccessError):
            self.group.with_user(collector).is_one_case = True
        manager = self._create_user("contactos", "collector")
        manager.group_ids += self.env.ref("base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.north.with_user(manager).cartera_group_id = False

    def test_a_supervisor_without_rights_on_contacts_regroups(self):
        supervisor = self._create_user("jefa", "supervisor")
        group = self.group.with_user(supervisor)
        group.member_ids = [Command.unlink(self.south.id)]
        self.assertFalse(self.south.cartera_group_id)
        with self.assertRaises(UserError):
            group.member_ids = [Command.update(self.north.id, {"name": "Otro"})]

    # -- merging ------------------------------------------------------------------

    def _merge(self, gone, kept):
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (gone | kept).ids, kept
        )

    def test_who_is_merged_into_a_stranger_brings_the_group_along(self):
        self.group.is_one_case = True
        stranger = self._create_debtor("Faro S.A.")
        self._merge(self.debtor, stranger)
        self.assertEqual(self.group.head_id, stranger)
        self.assertEqual(stranger.cartera_group_id, self.group)
        self.assertEqual(
            (stranger | self.north | self.south).cartera_debtor_id, stranger
        )
        self.assertEqual(self._case(stranger).amount_total, 1235.0)
        self.assertLedgerEven()

    def test_who_is_merged_into_a_member_owes_with_the_group(self):
        self.group.is_one_case = True
        stranger = self._create_debtor("Faro S.A.")
        self._overdue(9, partner=stranger)
        self._case(stranger)
        self._merge(stranger, self.north)
        self.assertEqual(self._amounts(), [1244.0, 0.0, 0.0])

    def test_members_of_two_groups_are_not_merged(self):
        stranger = self._create_debtor("La Tuerca")
        self.env["cartera.debtor.group"].create(
            {"name": "Otro", "head_id": stranger.id}
        )
        with self.assertRaises(UserError):
            self._merge(self.north, stranger)
