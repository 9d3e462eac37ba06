from odoo.tests import tagged

from .contact_common import ContactCommon

NOON = "2026-06-30 18:00:00"  # in Mexico City

# What the form reads of a debtor, with the first rows of its lists.
ITEM = {"document": {}, "date_due": {}, "status": {}, "amount_disputed": {}}
CONTACT = {"date": {}, "disposition_id": {"fields": {"display_name": {}}}, "note": {}}
FORM = {
    "aging_strip": {},
    "callable_text": {},
    "cause_suggestion": {},
    "next_action_text": {},
    "next_step_reason": {},
    "pause_text": {},
    "people_json": {},
    "stage_script": {},
    "timeline": {},
    "worklist_explanation": {},
    "open_item_ids": {"fields": ITEM, "limit": 20},
    "contact_ids": {"fields": CONTACT, "limit": 20},
}


@tagged("post_install", "-at_install", "cartera")
class TestScreen(ContactCommon):
    """What the form of a case shows before anything is clicked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to(NOON)
        cls.collector = cls._create_user("screen_collector", "collector")
        cls.person = cls._create_person("mx", phone="+525555550100")
        cls.case = cls._create_case(cls.person)

    def _call(self, days_ago, code="no_answer", **values):
        result = self._result(code)
        return self._log(
            self.case,
            date=f"2026-06-{30 - days_ago:02} 17:00:00",
            disposition_id=result.id,
            reached=result.reached,
            user_id=self.collector.id,
            **values,
        )

    def _read(self):
        """The form as the collector reads it, and the queries that it takes."""
        self.env.flush_all()
        self.env.invalidate_all()
        case = self.case.with_user(self.collector)
        before = self.env.cr.sql_log_count
        [values] = case.web_read(FORM)
        return values, self.env.cr.sql_log_count - before

    # -- what was said ------------------------------------------------------------

    def test_what_was_said_is_told_in_words_latest_first(self):
        self._call(3, note="Nobody there")
        self._call(
            1, "promise", note="Pays on Friday", contact_partner_id=self.person.id
        )
        latest, earlier = self.case.with_user(self.collector).timeline
        self.assertEqual(
            [latest[key] for key in ("result", "note", "person", "user", "reached")],
            [
                self._result("promise").name,
                "Pays on Friday",
                self.person.name,
                self.collector.name,
                "reached",
            ],
        )
        self.assertEqual(latest["date"], "2026-06-29 17:00:00")
        self.assertEqual(latest["channel_name"], "Call")
        self.assertEqual(earlier["note"], "Nobody there")
        self.assertFalse(earlier["outside"])

    def test_only_the_last_contacts_are_told(self):
        for days_ago in range(12):
            self._call(days_ago, note=str(days_ago))
        notes = [entry["note"] for entry in self.case.timeline]
        self.assertEqual(notes, [str(days_ago) for days_ago in range(8)])

    def test_a_contact_outside_the_rules_names_the_rule(self):
        self._call(1, outside_rule="window")
        self.assertEqual(self.case.timeline[0]["outside"], "Outside the hours")

    # -- scripts ------------------------------------------------------------------

    def test_each_stage_that_we_ship_has_its_script(self):
        for code in ("preventiva", "administrativa", "extrajudicial", "judicial"):
            stage = self.env.ref(f"cartera_cobranza.cartera_stage_{code}")
            self.assertIn("<li>", stage.script)
        self.assertEqual(self.case.stage_script, self.case.stage_id.script)

    def test_the_script_stands_in_the_window_that_notes_contacts_too(self):
        action = self.case.action_log_contact()
        window = self.env["cartera.contact.log"].with_context(**action["context"])
        window = window.new(window.default_get(["case_id"]))
        self.assertEqual(window.stage_script, self.case.stage_script)

    # -- how long it takes --------------------------------------------------------

    def test_the_form_takes_as_many_queries_for_much_as_for_little(self):
        self._call(1)
        self._read()
        _values, few = self._read()
        for number in range(30):
            self._invoice(10, "2026-05-01", due="2026-05-31", partner=self.person)
            self._call(number % 29, note=str(number))
        self._read()
        values, many = self._read()
        self.assertEqual(len(values["open_item_ids"]), 31)
        self.assertEqual(len(values["contact_ids"]), 31)
        self.assertLessEqual(many, few + 2)
