from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cartera_cobranza.models.cartera_contact import ALL_RESULTS
from odoo.addons.cartera_cobranza.models.cartera_disposition import FOLLOW_UPS

from .contact_common import ContactCommon


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestDisposition(ContactCommon):
    """The tree of results, and how contacts get theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.results = cls.env["cartera.disposition"]
        cls.case = cls._person_case("pe", phone="+51 987 654 321")

    # -- the tree -----------------------------------------------------------------

    def test_the_shipped_tree(self):
        shipped = self.results.search([])
        leaves = shipped.filtered(lambda result: not result.child_ids)
        self.assertEqual(set(leaves.mapped("follow_up")), {c for c, _n in FOLLOW_UPS})
        self.assertEqual(set(leaves.mapped("reached")), {c for c, _n in ALL_RESULTS})
        self.assertTrue(all(leaf.parent_id for leaf in leaves))
        self.assertFalse((shipped - leaves).parent_id)
        # A promise is the best that can come of a call, a wrong number the least.
        by_rank = leaves.filtered(lambda r: not r.is_automatic).sorted("rank")
        self.assertEqual(by_rank[-1].code, "promise")
        self.assertEqual(by_rank[0].reached, "wrong_number")

    def test_each_follow_up_has_its_model(self):
        for code, _name in FOLLOW_UPS:
            with self.subTest(code):
                self.assertIn(f"cartera.follow.up.{code}", self.env)

    def test_each_whom_has_a_plain_result(self):
        for reached, _name in ALL_RESULTS:
            with self.subTest(reached):
                self.assertEqual(self.results._get_plain(reached).reached, reached)

    def test_a_result_is_not_a_part_of_itself(self):
        group = self._result("right_party")
        with self.assertRaises(UserError):
            group.parent_id = self._result("promise")

    def test_codes_are_unique(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._result("busy").copy()

    def test_names_show_the_group(self):
        self.assertEqual(self._result("busy").display_name, "Nobody answered / Busy")

    def test_what_was_noted_is_archived_and_not_deleted(self):
        busy = self._result("busy")
        self._log(self.case, disposition_id=busy.id)
        with self.assertRaisesRegex(UserError, "Archive it"):
            busy.unlink()
        busy.active = False
        self._result("voicemail").unlink()
        self.assertFalse(self._result("voicemail"))
        self.assertEqual(self.case.contact_ids.disposition_id, busy)

    # -- contacts -----------------------------------------------------------------

    def test_whom_it_reached_follows_from_the_result(self):
        promise = self._result("promise")
        contact = self._log(self.case, disposition_id=promise.id)
        self.assertEqual((contact.reached, contact.rank), ("reached", promise.rank))

    def test_a_plain_result_where_none_is_given(self):
        for values, code in (
            ({"channel": "email"}, "sent"),
            ({"reached": "no_answer"}, "no_answer"),
            ({"reached": "reached"}, "reached"),
            ({"reached": "reached", "direction": "in"}, "incoming"),
            ({"reached": "third_party"}, "third_party"),
        ):
            with self.subTest(values):
                contact = self._log(self.case, **values)
                self.assertEqual(contact.disposition_id, self._result(code))

    def test_a_bounce_changes_the_result(self):
        contact = self._log(self.case, "email")
        contact._note_result("bounced")
        self.assertEqual(contact.disposition_id, self._result("bounced"))
        self.assertEqual(contact.reached, "bounced")

    def test_a_result_that_was_deleted_is_left_out(self):
        self._result("no_answer").unlink()
        contact = self._log(self.case, reached="no_answer")
        self.assertFalse(contact.disposition_id)
        self.assertEqual(contact.reached, "no_answer")

    def test_numbers_are_kept_in_one_form(self):
        contact = self._log(self.case, reached="reached", address="987 654 321")
        self.assertEqual(contact.address, "+51987654321")

    def test_the_best_of_a_day(self):
        """By the day of the company."""
        self.company.partner_id.tz = "America/Lima"
        first = self._log(self.case, date="2026-06-29 15:00:00", reached="no_answer")
        best = self._log(
            self.case,
            date="2026-06-30 03:00:00",  # ten in the evening of the 29th
            disposition_id=self._result("refused").id,
        )
        alone = self._log(self.case, date="2026-06-30 15:00:00", reached="no_answer")
        ours = [("case_id", "=", self.case.id)]
        found = self.contacts.search([*ours, ("is_best_of_day", "=", True)])
        self.assertEqual(found, best | alone)
        others = self.contacts.search([*ours, ("is_best_of_day", "=", False)])
        self.assertEqual(others, first)
        self.assertEqual((first | best).mapped("is_best_of_day"), [False, True])

    def test_contacts_of_before_get_their_results(self):
        contacts = self._log(self.case, reached="no_answer", address="+51 1 234-5678")
        contacts |= self._log(self.case, "email", reached="reached", direction="in")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cartera_contact SET disposition_id = NULL, rank = NULL, "
            "address = '+51 1 234-5678' WHERE id = ANY(%s)",
            [contacts.ids],
        )
        self._get_migration()._type_old_contacts(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(
            contacts.mapped("disposition_id.code"), ["no_answer", "incoming"]
        )
        self.assertEqual(contacts[0].address, "+5112345678")
        self.assertEqual(contacts[0].rank, self._result("no_answer").rank)

    def _get_migration(self):
        from importlib.util import module_from_spec, spec_from_file_location

        from odoo.tools.misc import file_path

        path = "cartera_cobranza/migrations/19.0.3.0.0/post-migrate.py"
        spec = spec_from_file_location("post_migrate", file_path(path))
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
