from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .dispute_common import DisputeCommon


@tagged("post_install", "-at_install", "cartera", "cartera_security")
class TestDisputeRights(DisputeCommon):
    """Who sees a dispute and what each may do with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_user("dispute_own", "own")
        cls.auditor = cls._create_user("dispute_auditor", "auditor")
        cls.stranger = cls._create_employee("stranger")
        cls.accountant = cls._create_employee("dispute_accountant")
        cls.accountant.group_ids += cls.env.ref("account.group_account_invoice")
        cls.dispute = cls._open(40)

    def _as(self, user, records=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (self.dispute if records is None else records).with_user(user)

    # -- who sees it --------------------------------------------------------------

    def test_who_finds_the_dispute(self):
        for user, found in (
            (self.seller, True),
            (self.stranger, False),
            (self.own, False),
            (self.collector, True),
            (self.auditor, True),
            (self.accountant, True),
        ):
            with self.subTest(user.login):
                disputes = self._as(user, self.env["cartera.dispute"]).search([])
                self.assertEqual(disputes.ids, self.dispute.ids if found else [])
                items = self._as(user, self.env["cartera.dispute.item"]).search([])
                self.assertEqual(items.ids, self.dispute.item_ids.ids if found else [])

    def test_collector_of_own_cases_sees_theirs(self):
        self.case.user_id = self.own
        self._as(self.own).action_withdraw()
        self.assertEqual(self.dispute.state, "closed")

    def test_owner_that_changes_hands_is_seen_by_the_new_owner_only(self):
        self._as(self.collector).user_id = self.stranger
        self.assertTrue(self._as(self.stranger).has_access("read"))
        self.assertFalse(self._as(self.seller).has_access("read"))

    # -- the owner outside collections --------------------------------------------

    def test_owner_opens_every_view(self):
        action = self.env.ref("cartera_cobranza.cartera_dispute_action_mine")
        disputes = self._as(self.seller, self.env["cartera.dispute"])
        views = [(False, mode) for mode in action.view_mode.split(",")]
        got = disputes.get_views(
            [*views, (False, "search"), (False, "activity")], {"toolbar": True}
        )
        self.assertNotIn("case_id", got["models"]["cartera.dispute"]["fields"])
        arch = got["views"]["form"]["arch"]
        for hidden in ("case_id", "contact_id", "line_id", "action_open_case"):
            self.assertNotIn(f'name="{hidden}"', arch)
        self.assertNotIn("action_credit_note", arch)
        groups = disputes.formatted_read_group(
            [], ["state"], ["amount_open:sum", "__count"]
        )
        self.assertIn(40, [group["amount_open:sum"] for group in groups])

    def test_owner_reads_the_page_as_the_client_does(self):
        page = self._as(self.seller).web_read(
            {
                "display_name": {},
                "partner_id": {"fields": {"display_name": {}}},
                "reason_id": {"fields": {"display_name": {}}},
                "user_id": {"fields": {"display_name": {}}},
                "document_names": {},
                "can_manage": {},
                "item_ids": {
                    "fields": {
                        "move_name": {},
                        "date_due": {},
                        "amount": {},
                        "amount_open": {},
                    }
                },
                "attachment_ids": {"fields": {"name": {}}},
                "activity_ids": {"fields": {"summary": {}}},
            }
        )[0]
        self.assertEqual(page["partner_id"]["display_name"], self.debtor.name)
        self.assertEqual(page["reason_id"]["display_name"], self.reason.name)
        self.assertEqual(page["item_ids"][0]["move_name"], self.invoice.name)
        self.assertFalse(page["can_manage"])
        self.assertEqual(len(page["activity_ids"]), 1)

    def test_owner_answers_in_the_form(self):
        with Form(self._as(self.seller)) as form:
            form.amount_accepted = 25
            form.answer = "The discount had been agreed."
        self._as(self.seller).action_analyse()
        self._as(self.seller).action_founded()
        self.assertRecordValues(
            self.dispute,
            [{"state": "founded", "amount_accepted": 25, "amount_open": 25}],
        )
        self._as(self.seller).action_reopen()
        self._as(self.seller).action_unfounded()
        self.assertEqual(self.dispute.outcome, "unfounded")

    def test_owner_adds_evidence_and_writes_in_the_chatter(self):
        files = self._as(self.seller, self.env["ir.attachment"])
        proof = files.create(
            {
                "name": "delivery.txt",
                "raw": b"signed",
                "res_model": "cartera.dispute",
                "res_id": 0,
            }
        )
        self._as(self.seller).write({"attachment_ids": [(4, proof.id)]})
        self.assertEqual(self._as(self.collector, proof).raw, b"signed")
        message = self._as(self.seller).message_post(body="Signed by the guard")
        self.assertEqual(message.author_id, self.seller.partner_id)

    def test_owner_does_not_adopt_the_files_of_others(self):
        foreign = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"secret"})
        with self.assertRaises(AccessError):
            self._as(self.seller).write({"attachment_ids": [(4, foreign.id)]})
        self.assertFalse(foreign.res_id)

    def test_owner_decides_nothing_but_the_answer(self):
        for values in (
            {"user_id": self.stranger.id},
            {"date_deadline": "2027-01-01"},
            {"reason_id": self.reason.id},
            {"description": "Changed"},
            {"item_ids": [(2, self.dispute.item_ids.id)]},
            {"state": "closed"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self._as(self.seller).write(values)
        with self.assertRaises(AccessError):
            self._as(self.seller).action_withdraw()
        with self.assertRaises(AccessError):
            self._as(self.seller, self.dispute.item_ids).write({"amount": 1})
        with self.assertRaises(AccessError):
            self._as(self.seller).unlink()
        with self.assertRaises(AccessError):
            self._as(self.seller, self.env["cartera.dispute"]).create(
                {"case_id": self.case.id, "reason_id": self.reason.id}
            )

    def test_owner_sees_nothing_else_of_collections(self):
        disputes = self._as(self.seller, self.env["cartera.dispute"])
        for number, read in enumerate(
            (
                lambda: disputes.browse(self.dispute.id).read(["case_id"]),
                lambda: disputes.search([("case_id.amount_overdue", ">", 0)]),
                lambda: disputes.formatted_read_group([], ["case_id"], ["__count"]),
                lambda: disputes.search([("item_ids.line_id.balance", ">", 0)]),
                lambda: disputes.browse(self.dispute.id).action_open_case(),
                lambda: disputes.browse(self.dispute.id).action_credit_note(),
                lambda: self._as(self.seller, self.env["cartera.case"]).search([]),
            )
        ):
            with self.subTest(number), self.assertRaises(AccessError):
                read()

    def test_owner_has_a_menu_of_his_own_while_others_see_none(self):
        menu = self.env.ref("cartera_cobranza.cartera_menu_my_disputes")
        for user, shown in (
            (self.seller, True),
            (self.stranger, False),
            (self.collector, False),
        ):
            with self.subTest(user.login):
                menus = self._as(user, self.env["ir.ui.menu"]).load_menus(False)
                self.assertEqual(menu.id in menus, shown)
        self._as(self.collector).user_id = self.stranger
        menus = self._as(self.stranger, self.env["ir.ui.menu"]).load_menus(False)
        self.assertIn(menu.id, menus)

    # -- readers ------------------------------------------------------------------

    def test_auditors_and_accountants_read(self):
        for user in (self.auditor, self.accountant):
            with self.subTest(user.login):
                self.assertEqual(self._as(user).amount_open, 40)
                self.assertEqual(self._as(user).case_id, self.case)
                for button in ("action_founded", "action_withdraw", "action_analyse"):
                    with self.assertRaises(AccessError):
                        getattr(self._as(user), button)()
                with self.assertRaises(AccessError):
                    self._as(user).answer = "No"

    def test_whoever_reads_the_case_brings_in_what_the_ledger_says(self):
        for user in (self.auditor, self.collector):
            note = self._credit(40)
            self._as(user, self.env["cartera.case"]).search([])
            self.assertEqual(self.dispute.state, "closed")
            self._unmatch(note)
            self._as(user, self.env["cartera.case"]).search([])
            self.assertEqual(self.dispute.state, "open")

    def test_accountant_who_is_the_owner_answers(self):
        self.dispute.user_id = self.accountant
        self._found(self._as(self.accountant))
        self.assertEqual(self.dispute.state, "founded")

    def test_other_companies_see_nothing(self):
        other = self.setup_other_company()["company"]
        self.collector.write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        found = self._as(self.collector, self.env["cartera.dispute"]).search([])
        self.assertFalse(found)
