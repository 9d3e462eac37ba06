from odoo.tests import tagged

from .agreement_days_common import AgreementDays


class ConvenioDays(AgreementDays):
    """In court: 2,320 of goods, 232 of late interest and 116 of costs. The interest is
    waived if the rest is paid in two payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls._call(
            "goods",
            cls._taxed_invoice((2000, cls.vat_now), day="2026-01-01", due="2026-01-31"),
        )
        cls.late = cls._call(
            "late interest",
            cls._taxed_invoice(
                (200, cls.vat_now),
                day="2026-03-31",
                due="2026-03-31",
                cartera_component="interest",
            ),
        )
        cls.product = cls._agreement_product(
            "convenio_judicial",
            method="custom",
            default_missed=1,
            default_days=0,
            notice_days=5,
            cure_count=1,
        )

    def _sue(self):
        """The case is in court, where costs are charged to the debtor."""
        with self._walk("2026-06-29"):
            self.assertCase(stage_id="extrajudicial", amount_total=2552)
            self._case().sudo().stage_id = self.stage_judicial
            legal = self.env["cartera.legal.case"].create(
                {
                    "case_id": self._case().id,
                    "user_id": self.collector.id,
                    "court": "Juzgado Décimo",
                    "procedural_stage": "Emplazamiento",
                    "date_filed": "2026-05-02",
                    "measure_ids": [(0, 0, {"name": "Embargo", "date": "2026-05-10"})],
                    "cost_ids": [(0, 0, {"name": "Court fees", "amount": 100})],
                }
            )
            self._as(self.supervisor, legal).action_invoice_costs()
            costs = self._call("costs", legal.cost_ids.move_id)
            self.assertEntry(
                costs,
                ("receivable", 116, 0, "2026-06-29", {}),
                ("interest", 0, 100),
                ("vat", 0, 16),
            )
            self.assertCase(amount_total=2668, stage_id="judicial")
        return self._as(self.env.user, legal)

    def _sign(self, **vals):
        legal = self._sue()
        with self._walk("2026-06-30"):
            agreement = self._agree(
                product_id=self.product.id,
                legal_case_id=legal.id,
                quita_interest=100,
                payments=[("2026-07-31", 1218), ("2026-08-31", 1218)],
                **{"court_effect": "suspends", **vals},
            )
            self.assertSigned(agreement, legal)
        return agreement, legal

    def _start(self, **vals):
        """Signed on June 30, presented on July 6 and homologated on July 15."""
        agreement, legal = self._sign(**vals)
        with self._walk("2026-07-01"):
            self.assertAgreement(
                agreement, "active", amount_open=2436, amount_next=1218
            )
            # In court nobody is moved by a machine.
            self.assertCase(stage_id="judicial", amount_overdue=0)
            # Nothing is overdue, but nobody is cured before the court is done.
            self.assertFalse(self._case().stage_proposed_id)
            self.assertSteps()
        for day, step in (("2026-07-06", "presented"), ("2026-07-15", "homologated")):
            with self._walk(day):
                self._tell(agreement, step)
        return agreement, legal

    def _tell(self, agreement, step):
        window = self._as(self.collector, self.env["cartera.agreement.court"])
        window.create({"agreement_id": agreement.id, "step": step}).action_confirm()
        self.env.invalidate_all()

    def assertSigned(self, agreement, legal):
        self.assertAgreement(
            agreement,
            "active",
            amount_debt=2668,
            amount_debt_fee=116,
            amount_debt_interest=232,
            amount_debt_capital=2320,
            amount_quita=232,
            amount_quita_interest=232,
            amount_payable=2436,
        )
        self.assertFalse(agreement.move_ids)
        self.assertDocuments(agreement, ("contract", "valid", "valid"))
        self.assertLegal(legal, "suspended", date_suspended="2026-06-30", outcome=False)
        self.assertEqual(legal.stage_suspended, "Emplazamiento")
        # Money fills what is oldest; what is waived is what is left in the end.
        self.assertItems(
            ("goods", "2026-07-31", 1218, "Not due", "121-180", "collectable"),
            ("goods", "2026-08-31", 1102, "Not due", "121-180", "collectable"),
            ("late interest", "2026-08-31", 116, "Not due", "91-120", "collectable"),
            ("late interest", "2026-08-31", 116, "Not due", "91-120", "agreed"),
            ("costs", "2026-08-31", 116, "Not due", "1-30", "agreed"),
        )
        self.assertCase(amount_total=2668, amount_agreed=2668, amount_overdue=0)

    def assertLegal(self, legal, state, **values):
        found = {name: legal[name] for name in values}
        found = {
            name: str(value) if name.startswith("date") and value else value
            for name, value in found.items()
        }
        self.assertEqual((legal.state, found), (state, values))

    def assertCourtTasks(self, legal, *words):
        found = legal.sudo().activity_ids.sorted("id").mapped("summary")
        self.assertEqual(len(found), len(words), found)
        for summary, word in zip(found, words, strict=True):
            self.assertIn(word, summary)


@tagged("post_install", "-at_install", "cartera", "cartera_agreement_days")
class TestConvenioDays(ConvenioDays):
    """A convenio judicial from the case to its end, day by day."""

    def test_kept(self):
        agreement, legal = self._start()
        self.assertLegal(legal, "suspended")
        with self._walk("2026-07-28"):
            self.assertSteps(("Remind", 1, 1218))
        with self._walk("2026-07-31"):
            self._money(1218, self.goods, name="payment 1")
        with self._walk("2026-08-01"):
            self.assertAgreement(agreement, "active", amount_paid=1218, is_cured=True)
            self.assertItems(
                ("goods", "2026-08-31", 1102, "Not due", "181-360", "collectable"),
                (
                    "late interest",
                    "2026-08-31",
                    116,
                    "Not due",
                    "121-180",
                    "collectable",
                ),
                ("late interest", "2026-08-31", 116, "Not due", "121-180", "agreed"),
                ("costs", "2026-08-31", 116, "Not due", "31-60", "agreed"),
            )
        with self._walk("2026-08-28"):
            self.assertSteps(("Remind", 2, 1218))
        with self._walk("2026-08-31"):
            self._money(1218, name="payment 2")
            self._as(self.collector, agreement).action_match_payments()
            # The interest is what is waived, and is left open for it.
            self.assertOpen(self.goods, 0)
            self.assertOpen(self.late, 232)
            self.assertOpen(self._costs(legal), 0)
            self.assertAgreement(
                agreement, "active", "complete", is_settlement_due=True
            )
            self.assertCourtTasks(legal)
        with self._walk("2026-09-01"):
            self.assertKept(agreement, legal)
        with self._walk("2026-09-02"):
            self.assertSteps()
            self.assertEqual(len(agreement.document_ids), 2)
            self.assertCourtTasks(legal, "Embargo", "Withdraw the proceedings")
            legal.measure_ids.action_release()
            self._as(self.supervisor, legal).action_close()
            self.assertLegal(
                legal, "closed", date_closed="2026-09-02", suspended_days=64
            )
            self.assertCourtTasks(legal, "Withdraw the proceedings")
        with self._walk("2026-09-03"):
            self.assertLegal(legal, "closed", outcome="agreement")
        self.assertPastUnchanged()

    def _costs(self, legal):
        return legal.cost_ids.move_id

    def assertKept(self, agreement, legal):
        self.assertAgreement(
            agreement, "kept", date_ended="2026-09-01", amount_paid=2436
        )
        note = agreement.move_ids
        self.assertEntry(
            note,
            ("sales", 200, 0),
            ("vat", 32, 0),
            ("receivable", 0, 232, "2026-09-01", {"late interest": 232}),
        )
        self.assertEqual(note.reversed_entry_id, self.late)
        self.assertEntry(
            self._costs(legal),
            ("receivable", 116, 0, "2026-06-29", {"payment 2": 116}),
            ("interest", 0, 100),
            ("vat", 0, 16),
        )
        self.assertSettled(agreement)
        self.assertDocuments(
            agreement,
            ("contract", "valid", "valid"),
            ("settlement_letter", "valid", "valid"),
        )
        self.assertItems()
        self.assertCase(amount_total=0, amount_agreed=0)
        self.assertLegal(legal, "suspended", outcome="agreement", date_closed=False)
        self.assertCourtTasks(legal, "Embargo", "Withdraw the proceedings")

    def test_broken_after_homologation(self):
        """What it waived is owed, and the agreement is executed."""
        agreement, legal = self._start()
        with self._walk("2026-07-31"):
            self._money(218, self.goods, name="part of 1")
        with self._walk("2026-08-03"):
            self.assertAgreement(agreement, "active")
        with self._walk("2026-08-04"):
            self.assertAgreement(
                agreement,
                "active",
                "default",
                date_notice="2026-08-04",
                date_cure_until="2026-08-09",
                amount_overdue=1000,
            )
            self.assertLegal(legal, "suspended")
            self.assertItems(
                ("goods", "2026-07-31", 1000, "1-30", "181-360", "collectable"),
                ("goods", "2026-08-31", 1102, "Not due", "181-360", "collectable"),
                (
                    "late interest",
                    "2026-08-31",
                    116,
                    "Not due",
                    "121-180",
                    "collectable",
                ),
                ("late interest", "2026-08-31", 116, "Not due", "121-180", "agreed"),
                ("costs", "2026-08-31", 116, "Not due", "31-60", "agreed"),
            )
        with self._walk("2026-08-05"):
            self.assertSteps(("Chase", None, 1000))
        with self._walk("2026-08-09"):
            self.assertAgreement(agreement, "active", "default")
        with self._walk("2026-08-10"):
            self.assertBroken(agreement, legal)
            self.assertLegal(
                legal,
                "execution",
                date_execution="2026-08-10",
                suspended_days=41,
                procedural_stage="Emplazamiento",
            )
            self.assertCourtTasks(legal, "Ask for execution")
        with self._walk("2026-08-11"):
            self.assertCourtTasks(legal, "Ask for execution")
            self.assertFalse(agreement.move_ids)
        self.assertPastUnchanged()

    def assertBroken(self, agreement, legal):
        self.assertAgreement(
            agreement,
            "broken",
            date_default="2026-08-10",
            date_ended="2026-08-10",
            amount_paid=218,
            amount_open=0,
        )
        self.assertItems(
            ("goods", "2026-01-31", 2102, "181-360", "181-360", "collectable"),
            ("late interest", "2026-03-31", 232, "121-180", "121-180", "collectable"),
            ("costs", "2026-06-29", 116, "31-60", "31-60", "collectable"),
        )
        self.assertCase(
            amount_total=2450,
            amount_overdue=2450,
            amount_collectable=2450,
            amount_agreed=0,
            stage_id="judicial",
        )
        self.assertFalse(agreement.move_ids)
        self.assertDocuments(agreement, ("contract", "valid", "valid"))
        measures = legal.measure_ids.mapped("state")
        self.assertEqual(measures, ["in_force"])

    def test_broken_before_homologation(self):
        """Nothing was homologated: the proceedings go on where they rested."""
        agreement, legal = self._sign()
        self._pass("2026-07-31", "2026-08-04")
        with self._walk("2026-08-10"):
            self.assertAgreement(agreement, "broken")
            self.assertLegal(
                legal,
                "open",
                date_resumed="2026-08-10",
                procedural_stage="Emplazamiento",
            )
            self.assertCourtTasks(legal, "Resume the proceedings")
            self.assertCase(amount_collectable=2668, stage_id="judicial")

    def test_rejected_by_the_court(self):
        agreement, legal = self._sign()
        with self._walk("2026-07-06"):
            self._tell(agreement, "presented")
        with self._walk("2026-07-10"):
            agreement._note_court_step(
                "rejected", self._day("2026-07-10"), "No power of attorney"
            )
            self.assertAgreement(agreement, "cancelled", date_ended="2026-07-10")
            self.assertLegal(legal, "open")
            self.assertItems(
                ("goods", "2026-01-31", 2320, "121-180", "121-180", "collectable"),
                (
                    "late interest",
                    "2026-03-31",
                    232,
                    "91-120",
                    "91-120",
                    "collectable",
                ),
                ("costs", "2026-06-29", 116, "1-30", "1-30", "collectable"),
            )
            self.assertDocuments(agreement, ("contract", "valid", "ended"))
        with self._walk("2026-07-11"):
            self.assertCase(stage_id="judicial", amount_collectable=2668)
            self.assertFalse(agreement.move_ids)

    def test_one_that_ends_the_proceedings_and_is_broken(self):
        """Closed by its homologation, they are open again for its execution."""
        agreement, legal = self._start(court_effect="ends")
        self.assertLegal(legal, "closed", outcome="agreement", suspended_days=15)
        self._pass("2026-08-04")
        with self._walk("2026-08-10"):
            self.assertAgreement(agreement, "broken")
            self.assertLegal(legal, "execution", outcome=False, date_closed=False)
