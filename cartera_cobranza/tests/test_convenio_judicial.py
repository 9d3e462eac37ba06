from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from .agreement_common import AgreementCommon
from .test_legal_case import LegalCommon

RUN_LOGGER = "odoo.addons.cartera_cobranza.models.cartera_run"
FORM = "cartera_cobranza.cartera_agreement_view_form"
PAYMENTS = (("2026-07-31", 500), ("2026-08-31", 500))


class CourtCommon(LegalCommon, AgreementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case.with_user(cls.supervisor).stage_id = cls.stage_judicial
        cls.legal.measure_ids.create(
            [
                {"legal_case_id": cls.legal.id, "name": name, "date": "2026-04-01"}
                for name in ("Embargo", "Arraigo")
            ]
        )

    @classmethod
    def _make_court(cls, effect="suspends", **values):
        return cls._make_agreement(
            cls.invoice,
            *PAYMENTS,
            kind="convenio_judicial",
            **{
                "legal_case_id": cls.legal.id,
                "court_effect": effect,
                "user_id": cls.collector.id,
                **values,
            },
        )

    def _tell(self, agreement, step, day=None, reason=None, user=None):
        """What the court did, entered in the window."""
        buttons = {
            "presented": "action_present",
            "homologated": "action_homologate",
            "rejected": "action_reject_in_court",
        }
        agreement = self._as(user or self.collector, agreement)
        action = getattr(agreement, buttons[step])()
        window = self.env["cartera.agreement.court"].with_user(agreement.env.user)
        with Form(window.with_context(**action["context"])) as form:
            if day:
                form.date = day
            if reason:
                form.reason = reason
        form.record.action_confirm()

    def _keep(self, agreement):
        self._pay(self.invoice, 1000, fields.Date.to_string(fields.Date.today()))
        agreement._close("kept", fields.Date.today())

    def _tasks(self):
        return self.legal.activity_ids.mapped("summary")


@tagged("post_install", "-at_install", "cartera", "cartera_legal")
class TestConvenioJudicial(CourtCommon):
    """What an agreement in court does to the proceedings, and they to it."""

    # -- coming into force --------------------------------------------------------

    def test_one_that_suspends(self):
        agreement = self._make_court()
        self.assertRecordValues(
            self.legal,
            [
                {
                    "state": "suspended",
                    "date_suspended": agreement.date_signed,
                    "stage_suspended": "Emplazamiento",
                    "case_stage_suspended_id": self.stage_judicial.id,
                }
            ],
        )

    def test_one_that_conditions_leaves_it_open(self):
        agreement = self._make_court("conditions", court_conditions="Pays in March")
        self.assertEqual(self.legal.state, "open")
        body = self.legal.message_ids[0].body
        self.assertIn(agreement.name, body)
        self.assertIn("Pays in March", body)

    def test_one_that_ends_it_does_so_at_homologation(self):
        agreement = self._make_court("ends")
        self.assertEqual(self.legal.state, "suspended")
        with self._on("2026-07-20"):
            self._tell(agreement, "presented", "2026-07-06")
            self.assertEqual(self.legal.state, "suspended")
            self._tell(agreement, "homologated", "2026-07-15")
        self.assertRecordValues(
            self.legal,
            [
                {
                    "state": "closed",
                    "outcome": "agreement",
                    "date_closed": self._day("2026-07-15"),
                    "suspended_days": 15,
                }
            ],
        )
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "active",
                    "date_presented": self._day("2026-07-06"),
                    "date_homologated": self._day("2026-07-15"),
                }
            ],
        )

    def test_a_debtor_in_court_is_proposed_an_agreement_there(self):
        self._agreement_product("finiquito", sequence=-2)
        product = self._agreement_product("convenio_judicial", sequence=-1)
        agreements = self.env["cartera.agreement"].with_user(self.collector)
        agreements = agreements.with_context(default_case_id=self.case.id)
        with Form(agreements, FORM) as form:
            self.assertEqual(form.product_id, product)
            self.assertEqual(form.legal_case_id, self.legal)
        self.assertEqual(form.record.legal_case_id, self.legal)
        other = self._make_legal(docket_number="9/2026")
        with Form(agreements, FORM) as form:
            self.assertFalse(form.legal_case_id)  # one of two is chosen by a person
        (self.legal | other).write({"outcome": "withdrawn"})
        (self.legal | other).action_close()
        self.assertEqual(Form(agreements, FORM).product_id.kind, "finiquito")

    def test_another_product_leaves_the_proceedings_alone(self):
        agreements = self.env["cartera.agreement"].with_user(self.collector)
        product = self._agreement_product("finiquito", sequence=-2)
        agreements = agreements.with_context(default_case_id=self.case.id)
        with Form(agreements, FORM) as form:
            form.court_effect = "ends"
            form.product_id = product
        self.assertFalse(form.record.legal_case_id)

    def test_it_needs_a_legal_case_and_an_effect(self):
        for values in ({"legal_case_id": False}, {"court_effect": False}):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._make_agreement(
                    self.invoice,
                    *PAYMENTS,
                    **{
                        "kind": "convenio_judicial",
                        "legal_case_id": self.legal.id,
                        "court_effect": "suspends",
                        **values,
                    },
                )

    def test_the_legal_case_is_against_the_debtor(self):
        other = self._create_debtor("Ferretería La Tuerca")
        self._invoice(10, "2026-01-01", partner=other)
        self.env["cartera.run"].run(self.company)
        legal = self.legal.create({"case_id": self._case(other).id})
        with self.assertRaisesRegex(ValidationError, "another debtor"):
            self._make_agreement(
                self.invoice,
                *PAYMENTS,
                kind="convenio_judicial",
                legal_case_id=legal.id,
                court_effect="suspends",
            )

    def test_one_agreement_in_force_in_a_legal_case(self):
        self._make_court()
        other = self._invoice(500, "2026-02-01")
        with self.assertRaisesRegex(UserError, "same legal case"):
            self._make_agreement(
                other,
                ("2026-07-31", 500),
                kind="convenio_judicial",
                legal_case_id=self.legal.id,
                court_effect="suspends",
            )

    def test_a_closed_legal_case_takes_none(self):
        self.legal.outcome = "withdrawn"
        self.legal.action_close()
        with self.assertRaisesRegex(UserError, "is closed"):
            self._make_court()

    # -- days in court ------------------------------------------------------------

    def test_days_come_in_order(self):
        agreement = self._make_court()
        with self.assertRaisesRegex(ValidationError, "signed first"):
            self._tell(agreement, "presented", "2026-06-29")
        with self._on("2026-07-20"):
            self._tell(agreement, "presented", "2026-07-10")
            with self.assertRaisesRegex(ValidationError, "signed first"):
                self._tell(agreement, "homologated", "2026-07-09")
            with self.assertRaisesRegex(UserError, "to come"):
                self._tell(agreement, "homologated", "2026-07-21")
            self._tell(agreement, "presented", "2026-07-08")
        self.assertEqual(agreement.date_presented, self._day("2026-07-08"))

    def test_the_suspension_ends_after_the_signature(self):
        agreement = self._make_court()
        with self.assertRaises(ValidationError):
            agreement.date_suspended_until = "2026-06-29"

    def test_only_one_in_force_goes_to_court(self):
        agreement = self._make_court()
        agreement._close("cancelled", fields.Date.today())
        with self.assertRaisesRegex(UserError, "in force"):
            self._tell(agreement, "presented")

    def test_auditors_tell_nothing(self):
        agreement = self._make_court()
        auditor = self._create_user("aud", "auditor")
        with self.assertRaises(AccessError):
            self._tell(agreement, "presented", user=auditor)
        with self.assertRaises(AccessError):
            self._as(auditor, agreement)._note_court_step(
                "presented", fields.Date.today()
            )

    # -- ends ---------------------------------------------------------------------

    def test_rejected_all_is_as_it_was(self):
        agreement = self._make_court()
        with self._on("2026-07-20"):
            with self.assertRaisesRegex(UserError, "why"):
                self.env["cartera.agreement.court"].create(
                    {"agreement_id": agreement.id, "step": "rejected"}
                ).action_confirm()
            self._tell(agreement, "rejected", "2026-07-14", "Usurious rate")
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "cancelled",
                    "date_rejected": self._day("2026-07-14"),
                    "court_reason": "Usurious rate",
                    "date_homologated": False,
                }
            ],
        )
        self.assertIn("Usurious rate", agreement.end_reason)
        self.assertFalse(agreement.item_ids.is_active)
        self.assertRecordValues(
            self.legal,
            [
                {
                    "state": "open",
                    "procedural_stage": "Emplazamiento",
                    "date_resumed": self._day("2026-07-14"),
                }
            ],
        )
        self.assertEqual(self.invoice.amount_residual, 1000)
        self.assertEqual(self.case.stage_id, self.stage_judicial)

    def test_a_rejection_noted_later_changes_nothing_of_days_gone_by(self):
        agreement = self._make_court()
        with self._on("2026-07-20"):
            before = self._find_items(as_of="2026-07-17").mapped("agreement_id")
            self.assertEqual(before, agreement)
            self._tell(agreement, "rejected", "2026-07-14", "Usurious rate")
            self.assertEqual(agreement.date_ended, self._day("2026-07-20"))
            items = self._find_items(as_of="2026-07-17")
            self.assertEqual(items.agreement_id, agreement)
            self.assertFalse(self._find_items().agreement_id)

    def test_broken_before_homologation_it_goes_on(self):
        agreement = self._make_court()
        with self._on("2026-09-10"):
            agreement._close("broken", fields.Date.today())
        self.assertRecordValues(
            self.legal,
            [
                {
                    "state": "open",
                    "date_resumed": self._day("2026-09-10"),
                    "procedural_stage": "Emplazamiento",
                }
            ],
        )
        self.assertEqual(
            self._tasks(), [f"Resume the proceedings: {agreement.name} ended"]
        )
        self.assertFalse(self.case.stage_proposed_id)

    def test_a_homologated_one_that_is_broken_is_executed(self):
        for effect in ("suspends", "ends", "conditions"):
            with self.subTest(effect):
                legal = self._make_legal(procedural_stage="Pruebas")
                agreement = self._make_court(effect, legal_case_id=legal.id)
                with self._on("2026-07-20"):
                    self._tell(agreement, "homologated", "2026-07-15")
                with self._on("2026-09-10"):
                    agreement._close("broken", fields.Date.today())
                self.env.flush_all()  # before the next one takes the same invoice
                self.assertRecordValues(
                    legal,
                    [
                        {
                            "state": "execution",
                            "date_execution": self._day("2026-09-10"),
                            "procedural_stage": "Pruebas",
                            "date_closed": False,
                        }
                    ],
                )
                self.assertEqual(
                    legal.activity_ids.mapped("summary"),
                    [f"Ask for execution: {agreement.name} ended unpaid"],
                )

    def test_nothing_enters_court_by_a_machine(self):
        agreement = self._make_court()
        self.case.with_user(self.supervisor).stage_id = self.stage_preventiva
        agreement._close("broken", fields.Date.today())
        self.assertRecordValues(
            self.case,
            [
                {
                    "stage_id": self.stage_preventiva.id,
                    "stage_proposed_id": self.stage_judicial.id,
                }
            ],
        )

    def test_kept_measures_are_released_and_a_person_closes(self):
        agreement = self._make_court()
        with self._on("2026-08-31"):
            self._keep(agreement)
        self.assertRecordValues(
            self.legal, [{"state": "suspended", "outcome": "agreement"}]
        )
        self.assertEqual(
            sorted(self._tasks()),
            [
                "Have it released: Arraigo",
                "Have it released: Embargo",
                "Withdraw the proceedings and close the legal case: "
                f"{agreement.name} is paid",
            ],
        )
        self.assertEqual(self.legal.activity_ids.user_id, self.collector)
        with self._on("2026-09-05"):
            self._as(self.supervisor).action_close()
        self.assertEqual(self.legal.date_closed, self._day("2026-09-05"))

    def test_kept_one_that_ended_the_proceedings_leaves_measures_only(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated")
        with self._on("2026-08-31"):
            self._keep(agreement)
        self.assertEqual(len(self._tasks()), 2)
        self.assertEqual(self.legal.state, "closed")

    def test_refinanced_in_court_it_goes_on_resting(self):
        agreement = self._make_court()
        following = agreement.copy({"refinanced_from_id": agreement.id})
        agreement._close("refinanced", fields.Date.today())
        self.assertEqual(self.legal.state, "suspended")
        self.assertFalse(self._tasks())
        self.assertEqual(following.legal_case_id, self.legal)

    def test_refinanced_out_of_court_somebody_decides(self):
        agreement = self._make_court()
        agreement._close("refinanced", fields.Date.today())
        self.assertEqual(self.legal.state, "suspended")
        self.assertIn("out of court", self._tasks()[0])

    def test_a_suspension_is_not_ended_by_hand_while_it_holds(self):
        agreement = self._make_court(date_suspended_until="2026-07-31")
        with self.assertRaisesRegex(UserError, agreement.name):
            self._as(self.collector).action_resume()
        with self._on("2026-08-01"):
            self._as(self.collector).action_resume()
        self.assertEqual(self.legal.state, "open")

    def test_an_execution_left_by_mistake_rests_while_it_is_in_force(self):
        agreement = self._make_court()
        legal = self._as(self.supervisor)
        legal.action_execute()
        legal.action_leave_execution()
        self.assertEqual(legal.state, "suspended")
        with self.assertRaisesRegex(UserError, agreement.name):
            legal.action_resume()
        legal.action_execute()
        self._as(self.supervisor, agreement)._cancel("Executed after all")
        legal.action_leave_execution()
        self.assertEqual(legal.state, "open")

    def test_broken_it_goes_on_with_the_execution_that_it_suspended(self):
        self._as(self.supervisor).action_execute()
        agreement = self._make_court()
        self.assertEqual(self.legal.state, "suspended")
        with self._on("2026-09-10"):
            agreement._close("broken", fields.Date.today())
        self.assertRecordValues(
            self.legal,
            [{"state": "execution", "date_execution": self._day("2026-06-30")}],
        )
        self._as(self.supervisor).action_leave_execution()
        self.assertEqual(self.legal.state, "open")

    def test_an_execution_for_a_breach_is_over_with_it(self):
        agreement = self._make_court()
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
        with self._on("2026-09-10"):
            agreement._close("broken", fields.Date.today())
            self._as(self.supervisor, agreement)._reinstate("Paid in cash")
            self.assertEqual(self.legal.state, "suspended")
            self._as(self.supervisor, agreement)._cancel("Not theirs")
        self.assertEqual(self.legal.state, "open")

    def test_an_execution_for_a_breach_leads_back_to_the_proceedings(self):
        agreement = self._make_court()
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
        with self._on("2026-09-10"):
            agreement._close("broken", fields.Date.today())
            self._as(self.supervisor).action_leave_execution()
        self.assertEqual(self.legal.state, "open")

    def test_the_contract_names_the_court_and_what_becomes_of_the_lawsuit(self):
        self.company.account_fiscal_country_id = self.env.ref("base.mx")
        for effect, expected, absent in (
            ("suspends", "asks for no further step", "goes on under"),
            ("ends", "with the approval it ends", "goes on under"),
            ("conditions", "these conditions: Pays in March", "no further step"),
        ):
            with self.subTest(effect):
                agreement = self._make_court(
                    effect,
                    legal_case_id=self._make_legal().id,
                    court_conditions="Pays in March",
                )
                contract = agreement.document_ids.filtered(
                    lambda one: one.kind == "contract"
                )
                text = " ".join(html2plaintext(contract.body).split())
                self.assertIn("claimed in Juzgado Décimo, 512/2026.", text)
                self.assertIn("submit to the court that hears the lawsuit,", text)
                self.assertIn(expected, text)
                self.assertNotIn(absent, text)
                agreement._close("cancelled", fields.Date.today())
                self.env.flush_all()  # before the next one takes the same invoice

    # -- undone -------------------------------------------------------------------

    def _take_back(self, agreement, user=None, reason="Another docket"):
        """The last step in court is undone, in the window."""
        form = self._open_undoing(agreement, user)
        form.reason = reason
        form.save().action_confirm()

    def _open_undoing(self, agreement, user=None):
        """The window in which the last step in court is undone."""
        agreement = self._as(user or self.supervisor, agreement)
        action = agreement.action_undo_court()
        window = self.env["cartera.agreement.decision"].with_user(agreement.env.user)
        return Form(window.with_context(**action["context"]))

    def test_an_undone_homologation_leaves_the_court_as_it_was(self):
        agreement = self._make_court("ends")
        columns = ["state", "date_suspended", "date_resumed", "suspended_days"]
        columns += ["procedural_stage", "date_closed", "outcome", "date_execution"]
        [before] = self.legal.read(columns)
        with self._on("2026-07-20"):
            self._tell(agreement, "presented", "2026-07-06")
            self._tell(agreement, "homologated", "2026-07-15")
            self._take_back(agreement)
        self.assertEqual(self.legal.read(columns), [before])
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "active",
                    "date_presented": self._day("2026-07-06"),
                    "date_homologated": False,
                }
            ],
        )
        change = agreement.change_ids[0]
        self.assertEqual(change.user_id, self.supervisor)
        self.assertIn("Another docket", change.reason)
        self.assertIn("07/15/2026", change.reason)
        with self._on("2026-09-10"):
            agreement._close("broken", fields.Date.today())
        self.assertRecordValues(self.legal, [{"state": "open", "suspended_days": 72}])

    def test_an_undone_homologation_that_only_suspends(self):
        agreement = self._make_court()
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
            self._take_back(agreement)
        self.assertFalse(agreement.date_homologated)
        self.assertEqual(self.legal.state, "suspended")

    def test_a_presentation_is_undone_by_who_noted_it(self):
        agreement = self._make_court()
        with self.assertRaisesRegex(UserError, "nothing"):
            self._take_back(agreement)
        self._tell(agreement, "presented")
        self._take_back(agreement, user=self.collector)
        self.assertFalse(agreement.date_presented)

    def test_only_a_supervisor_undoes_a_homologation(self):
        agreement = self._make_court("ends")
        self._tell(agreement, "homologated")
        for user in (self.collector, self._create_user("aud", "auditor")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._take_back(agreement, user=user)
        with self.assertRaisesRegex(UserError, "reason"):
            self._take_back(agreement, reason=" ")
        self.assertEqual(self.legal.state, "closed")

    def test_what_is_undone_is_what_was_read(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "presented", "2026-07-06")
            read = self._open_undoing(agreement)
            self.assertEqual(read.court_step, "presented")
            self.assertEqual(read.court_date, self._day("2026-07-06"))
            self._tell(agreement, "homologated", "2026-07-15")
            read.reason = "Another docket"
            with self.assertRaisesRegex(UserError, "changed meanwhile"):
                read.save().action_confirm()
            self.assertEqual(self.legal.state, "closed")
            read = self._open_undoing(agreement)
            self._tell(agreement, "homologated", "2026-07-16")
            read.reason = "Another docket"
            with self.assertRaisesRegex(UserError, "changed meanwhile"):
                read.save().action_confirm()
            self._take_back(agreement)
            self.assertEqual(agreement.date_presented, self._day("2026-07-06"))
            self.assertFalse(agreement.date_homologated)

    def test_what_followed_a_homologation_is_undone_first(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
            with self.env.cr.savepoint() as point:
                agreement._close("broken", fields.Date.today())
                with self.assertRaisesRegex(UserError, "Reinstate it"):
                    self._take_back(agreement)
                point.rollback()
            self._as(self.supervisor).action_reopen()
            self._as(self.supervisor).action_execute()
            with self.assertRaisesRegex(UserError, "Execution"):
                self._take_back(agreement)
            self._as(self.supervisor).action_leave_execution()
            self._as(self.supervisor).outcome = "withdrawn"
            self._as(self.supervisor).action_close()
            with self.assertRaisesRegex(UserError, "Closed"):
                self._take_back(agreement)

    def test_the_right_day_of_a_homologation_is_the_end_of_the_proceedings(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-20")
            self._tell(agreement, "homologated", "2026-07-15")
        self.assertRecordValues(
            self.legal,
            [
                {
                    "state": "closed",
                    "date_closed": self._day("2026-07-15"),
                    "suspended_days": 15,
                }
            ],
        )

    def test_a_legal_case_opened_again_rests_as_if_never_closed(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
            self._as(self.supervisor).action_reopen()
        self.assertRecordValues(
            self.legal,
            [{"state": "suspended", "suspended_days": 0, "date_resumed": False}],
        )

    def test_one_rejected_by_mistake_may_still_be_homologated(self):
        agreement = self._make_court()
        with self._on("2026-07-20"):
            self._tell(agreement, "rejected", "2026-07-14", "Another docket")
            self._as(self.supervisor, agreement)._reinstate("It was another one")
            self.assertFalse(agreement.date_rejected)
            self.assertFalse(agreement.court_reason)
            self._tell(agreement, "homologated", "2026-07-15")
        self.assertEqual(agreement.date_homologated, self._day("2026-07-15"))

    def test_an_undone_settlement_releases_nothing(self):
        agreement = self._make_court()
        with self._on("2026-08-31"):
            self._keep(agreement)
            self.assertEqual(len(self._tasks()), 3)
            self._as(self.supervisor, agreement)._undo_settlement("Not paid")
        self.assertFalse(self._tasks())
        self.assertRecordValues(self.legal, [{"state": "suspended", "outcome": False}])

    def test_one_that_ended_the_proceedings_comes_back_into_force(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
        with self._on("2026-08-31"):
            self._keep(agreement)
            self._as(self.supervisor, agreement)._undo_settlement("Not paid")
            self.assertEqual((agreement.state, self.legal.state), ("active", "closed"))
            self._as(self.supervisor, agreement)._cancel("Not theirs")
            self.assertEqual(len(self._tasks()), 1)
            self._as(self.supervisor, agreement)._reinstate("Theirs after all")
        self.assertFalse(self._tasks())
        self.assertRecordValues(
            self.legal,
            [{"state": "closed", "date_closed": self._day("2026-07-15")}],
        )

    # -- by night -----------------------------------------------------------------

    def test_somebody_is_told_once_that_a_suspension_is_over(self):
        agreement = self._make_court(date_suspended_until="2026-07-31")
        engine = self.env["cartera.legal.engine"]
        last, after = self._day("2026-07-31"), self._day("2026-08-01")
        self.assertFalse(engine._find_over(self.company, last))
        with self._on("2026-08-01"):
            self.env["cartera.run"].run(self.company)
            self.env["cartera.run"].run(self.company, "2026-08-01")
        self.assertEqual(len(self._tasks()), 1)
        self.assertIn("07/31/2026", self._tasks()[0])
        agreement.date_suspended_until = "2026-08-15"
        self.assertFalse(engine._find_over(self.company, after))
        with self._on("2026-08-16"):
            self.env["cartera.run"].run(self.company)
        self.assertEqual(len(self._tasks()), 2)

    def test_one_whose_task_fails_stops_no_other(self):
        self._make_court(date_suspended_until="2026-07-31")
        other = self._create_debtor("Ferretería La Tuerca")
        invoice = self._invoice(10, "2026-01-01", partner=other)
        self.env["cartera.run"].run(self.company)
        legal = self._make_legal(case_id=self._case(other).id)
        self._make_agreement(
            invoice,
            ("2026-08-31", 10),
            kind="convenio_judicial",
            legal_case_id=legal.id,
            court_effect="suspends",
            date_suspended_until="2026-07-31",
        )
        plan = type(legal)._plan_task

        error = "Nobody to give it to"

        def fail_for_other(record, *args, **values):
            if record == legal:
                raise UserError(error)
            return plan(record, *args, **values)

        with self._on("2026-08-01"), mute_logger(RUN_LOGGER):
            with patch.object(type(legal), "_plan_task", fail_for_other):
                run = self.env["cartera.run"].run(self.company)
        self.assertEqual(len(self._tasks()), 1)
        self.assertFalse(legal.activity_ids)
        phase = run.phase_ids.filtered(lambda one: one.phase == "court")
        self.assertEqual((phase.record_count, phase.state), (1, "warning"))
        self.assertEqual(run.error_ids.partner_id, other)

    def test_the_case_stays_in_its_stage_while_it_is_kept(self):
        self._make_court()
        with self._on("2026-07-10"):
            self.env["cartera.run"].run(self.company)
        self.assertEqual(self.case.stage_id, self.stage_judicial)
        self.assertEqual(self.legal.state, "suspended")

    def test_nobody_in_court_is_cured_before_the_proceedings_are_over(self):
        self._make_court()
        with self._on("2026-07-10"):
            self.env["cartera.run"].run(self.company)
        self.assertFalse(self.case.stage_proposed_id)
        self._pay(self.invoice, 1000, "2026-07-20")
        for day in ("2026-07-20", "2026-07-21"):
            with self._on(day):
                self.env["cartera.run"].run(self.company)
        self.assertEqual(self.legal.agreement_ids.state, "kept")
        self.assertFalse(self.case.stage_proposed_id)
        with self._on("2026-07-22"):
            self._as(self.supervisor).action_close()
            self.env["cartera.run"].run(self.company)
        self.assertRecordValues(
            self.case,
            [
                {
                    "stage_id": self.stage_judicial.id,
                    "stage_proposed_id": self.stage_preventiva.id,
                }
            ],
        )

    def test_the_night_of_a_breach_proposes_court_whatever_else_it_moves(self):
        self.stage_judicial.min_days = 400  # not by its age
        agreement = self._make_court()
        self.case.with_user(self.supervisor).stage_id = self.stage_preventiva
        with self._on("2026-07-10"):
            self.env["cartera.run"].run(self.company)
        for day in ("2026-09-04", "2026-09-15"):  # notice, and after its days
            with self._on(day):
                self.env["cartera.run"].run(self.company)
        self.assertEqual(agreement.state, "broken")
        self.assertRecordValues(
            self.case,
            [
                {
                    "stage_id": self.stage_extrajudicial.id,
                    "stage_proposed_id": self.stage_judicial.id,
                }
            ],
        )

    # -- figures ------------------------------------------------------------------

    def test_days_in_court_are_counted_for_the_figures(self):
        agreement = self._make_court("ends")
        with self._on("2026-07-20"):
            self._tell(agreement, "homologated", "2026-07-15")
        [(outcome, days, count)] = self.env["cartera.legal.case"]._read_group(
            [("state", "=", "closed")], ["outcome"], ["court_days:avg", "__count"]
        )
        self.assertEqual((outcome, days, count), ("agreement", 135, 1))
