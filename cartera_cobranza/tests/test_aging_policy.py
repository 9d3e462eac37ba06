from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestAgingPolicy(CarteraCommon):
    """What a policy must be, and what follows from choosing or changing one."""

    @classmethod
    def _buckets(cls, *first_days):
        return [
            Command.create({"name": f"From {day}", "day_from": day})
            for day in first_days
        ]

    @classmethod
    def _create_policy(cls, *first_days, **values):
        return cls.env["cartera.aging.policy"].create(
            {"name": "Weekly", "bucket_ids": cls._buckets(*first_days), **values}
        )

    def _bucket(self, policy, day):
        return policy.bucket_ids.filtered(lambda bucket: bucket.day_from == day)

    # -- the shipped policy -------------------------------------------------------

    def test_shipped_policy(self):
        self.assertEqual(self.policy.basis, "date_due")
        self.assertFalse(self.policy.company_id)
        self.assertRecordValues(
            self.policy.bucket_ids,
            [
                {"day_from": day, "range_label": label, "side": side}
                for day, label, side in [
                    (0, "up to 0", "not_due"),
                    (1, "1 to 30", "overdue"),
                    (31, "31 to 60", "overdue"),
                    (61, "61 to 90", "overdue"),
                    (91, "91 to 120", "overdue"),
                    (121, "121 to 180", "overdue"),
                    (181, "181 to 360", "overdue"),
                    (361, "361 or more", "overdue"),
                ]
            ],
        )

    # -- validation ---------------------------------------------------------------

    def test_a_policy_needs_buckets(self):
        for basis in ("date_due", "invoice_date"):
            with (
                self.subTest(basis),
                self.assertRaisesRegex(
                    ValidationError, "The aging policy Weekly has no bucket"
                ),
            ):
                self._create_policy(basis=basis)

    def test_two_buckets_cannot_start_on_one_day(self):
        with self.assertRaisesRegex(
            ValidationError, "Two buckets of the aging policy Weekly start on day 8"
        ):
            self._create_policy(0, 1, 8, 8)

    def test_no_bucket_holds_due_and_not_due(self):
        for first_days in [(0, 8), (1, 8), (1,), (0,), (2, 8)]:
            with (
                self.subTest(first_days),
                self.assertRaisesRegex(
                    ValidationError, "needs a bucket that starts on day 1"
                ),
            ):
                self._create_policy(*first_days)

    def test_age_from_the_invoice_date_needs_no_split_at_the_due_date(self):
        policy = self._create_policy(0, 30, basis="invoice_date")
        self.assertEqual(policy.bucket_ids.mapped("day_from"), [0, 30])
        with self.assertRaisesRegex(ValidationError, "needs a bucket that starts"):
            policy.basis = "date_due"

    def test_what_is_not_due_may_be_split(self):
        policy = self._create_policy(-29, -6, 1, -400)
        self.assertEqual(
            [(b.range_label, b.side) for b in policy.bucket_ids.sorted("day_from")],
            [
                ("up to -30", "not_due"),
                ("-29 to -7", "not_due"),
                ("-6 to 0", "not_due"),
                ("1 or more", "overdue"),
            ],
        )

    def test_buckets_of_a_policy_change_together(self):
        policy = self._create_policy(0, 1, 8, 15)
        eighth, fifteenth = self._bucket(policy, 8), self._bucket(policy, 15)
        policy.bucket_ids = [
            Command.update(eighth.id, {"day_from": 15}),
            Command.update(fifteenth.id, {"day_from": 8}),
        ]
        self.assertEqual((eighth.day_from, fifteenth.day_from), (15, 8))

    def test_a_bucket_changed_on_its_own_is_checked_too(self):
        policy = self._create_policy(0, 1, 8)
        with self.assertRaisesRegex(ValidationError, "start on day 8"):
            self._bucket(policy, 1).day_from = 8

    def test_a_bucket_added_on_its_own_is_checked_too(self):
        policy = self._create_policy(0, 1, 8)
        with self.assertRaisesRegex(ValidationError, "start on day 8"):
            self.env["cartera.aging.bucket"].create(
                {"policy_id": policy.id, "name": "Twice", "day_from": 8}
            )

    def test_a_bucket_deleted_on_its_own_is_checked_too(self):
        policy = self._create_policy(0, 1, 8)
        with self.assertRaisesRegex(ValidationError, "needs a bucket that starts"):
            self._bucket(policy, 1).unlink()

    def test_form_shows_the_ranges_while_typing(self):
        with Form(self.env["cartera.aging.policy"]) as form:
            form.name = "Typed"
            for day in (0, 1, 31):
                with form.bucket_ids.new() as bucket:
                    bucket.name = str(day)
                    bucket.day_from = day
                    self.assertEqual(bucket.side, "overdue" if day else "not_due")
        self.assertEqual(
            form.record.bucket_ids.mapped("range_label"),
            ["up to 0", "1 to 30", "31 or more"],
        )

    # -- life of a policy ---------------------------------------------------------

    def test_new_company_gets_the_shipped_policy(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.cartera_aging_policy_id, self.policy)

    def test_new_company_does_not_get_an_archived_policy(self):
        other = self._create_policy(0, 1)
        users = self.env["res.company"].search(
            [("cartera_aging_policy_id", "=", self.policy.id)]
        )
        users.cartera_aging_policy_id = other
        self.policy.active = False
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.cartera_aging_policy_id, other)

    def test_a_policy_in_use_is_not_archived(self):
        company = self.env["res.company"].create({"name": "Otra Compañía"})
        policy = self._create_policy(0, 1)
        company.cartera_aging_policy_id = policy
        with self.assertRaisesRegex(UserError, "The companies Otra Compañía age"):
            policy.active = False
        company.cartera_aging_policy_id = self.policy
        policy.active = False
        self.assertFalse(policy.active)

    def test_a_policy_in_use_is_not_deleted(self):
        policy = self._create_policy(0, 1)
        self.company.cartera_aging_policy_id = policy
        with self.assertRaisesRegex(UserError, "Choose another one in their settings"):
            policy.unlink()
        self.company.cartera_aging_policy_id = self.policy
        policy.unlink()
        self.assertFalse(policy.exists())

    def test_a_copy_has_buckets_of_its_own(self):
        copy = self.policy.copy()
        self.assertEqual(copy.name, "Standard aging (copy)")
        self.assertEqual(
            copy.bucket_ids.mapped("day_from"),
            self.policy.bucket_ids.mapped("day_from"),
        )
        self.assertFalse(copy.bucket_ids & self.policy.bucket_ids)

    def test_policy_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        policy = self._create_policy(0, 1, company_id=other.id)
        with self.assertRaisesRegex(ValidationError, "Weekly belongs to Other"):
            self.company.cartera_aging_policy_id = policy
        other.cartera_aging_policy_id = policy
        self.assertEqual(other.cartera_aging_policy_id, policy)

    def test_policy_in_use_elsewhere_cannot_be_made_a_company_s_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        policy = self._create_policy(0, 1)
        other.cartera_aging_policy_id = policy
        with self.assertRaisesRegex(ValidationError, "age the receivables of Other"):
            policy.company_id = self.company
        policy.company_id = other
        self.assertEqual(policy.company_id, other)

    def test_branch_may_use_the_policy_of_its_parent(self):
        policy = self._create_policy(0, 1, company_id=self.company.id)
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        branch.cartera_aging_policy_id = policy
        self.assertEqual(branch.cartera_aging_policy_id, policy)

    # -- what it does to items and cases ------------------------------------------

    def test_choosing_another_policy_moves_the_cases_at_once(self):
        self._invoice(100, "2026-05-01", due="2026-06-20")
        case = self._case()
        self.assertEqual(case.bucket_id, self._bucket(self.policy, 1))
        policy = self._create_policy(0, 1, 8)
        self.company.cartera_aging_policy_id = policy
        self.assertEqual(case.bucket_id, self._bucket(policy, 8))
        self.assertEqual(
            [(b["label"], b["amount"]) for b in case.aging_strip],
            [("up to 0", 0), ("1 to 7", 0), ("8 or more", 100)],
        )

    def test_changing_the_buckets_moves_the_cases_at_once(self):
        policy = self._create_policy(0, 1, 8)
        self.company.cartera_aging_policy_id = policy
        self._invoice(100, "2026-05-01", due="2026-06-20")
        case = self._case()
        policy.bucket_ids = self._buckets(10)
        self.assertEqual(case.bucket_id, self._bucket(policy, 10))
        self._bucket(policy, 10).day_from = 11
        self.assertEqual(case.bucket_id, self._bucket(policy, 8))

    def test_deleting_a_bucket_moves_its_cases_to_the_one_before(self):
        policy = self._create_policy(0, 1, 8)
        self.company.cartera_aging_policy_id = policy
        self._invoice(100, "2026-05-01", due="2026-06-20")
        case = self._case()
        self.assertEqual(case.bucket_id, self._bucket(policy, 8))
        self._bucket(policy, 8).unlink()
        self.assertEqual(case.bucket_id, self._bucket(policy, 1))

    def test_age_from_the_invoice_date(self):
        policy = self._create_policy(0, 31, 61, basis="invoice_date")
        self.company.cartera_aging_policy_id = policy
        invoice = self._invoice(100, "2026-05-20", due="2026-06-20")
        entry = self._entry(
            "2026-06-25",
            [
                (self.receivable, self.debtor, 50),
                (self.company_data["default_account_revenue"], None, -50),
            ],
        )
        items = {item.move_id: item for item in self._find_items()}
        self.assertRecordValues(
            items[invoice],
            [
                {
                    "age_days": 41,
                    "days_overdue": 10,
                    "due_side": "overdue",
                    "bucket_id": self._bucket(policy, 31).id,
                }
            ],
        )
        self.assertEqual(items[entry].age_days, 5)
        self.assertEqual(self._case().bucket_id, self._bucket(policy, 31))

    def test_split_of_what_is_not_due(self):
        policy = self._create_policy(-60, -6, 1)
        self.company.cartera_aging_policy_id = policy
        for due in ("2026-07-31", "2026-07-07", "2026-07-06", "2026-06-30"):
            self._invoice(10, "2026-06-01", due=due)
        self.assertEqual(
            [
                (item.days_overdue, item.bucket_id.day_from)
                for item in self._find_items()
            ],
            [(0, -6), (-6, -6), (-7, -60), (-31, -60)],
        )
        self.assertEqual(set(self._find_items().mapped("due_side")), {"not_due"})

    def test_policy_of_the_context_ages_the_items(self):
        policy = self._create_policy(0, 1, 8)
        self._invoice(100, "2026-05-01", due="2026-06-20")
        items = self._items(cartera_aging_policy_id=policy.id)
        self.assertEqual(
            items._read_group([], ["bucket_id"], ["amount_residual:sum"]),
            [(self._bucket(policy, 8), 100)],
        )
        self.assertEqual(
            self._items()._read_group([], ["bucket_id"], ["amount_residual:sum"]),
            [(self._bucket(self.policy, 1), 100)],
        )

    def test_policy_of_the_context_is_never_written_to_the_cases(self):
        policy = self._create_policy(0, 1, 8)
        self._invoice(100, "2026-05-01", due="2026-06-20")
        cases = self.env["cartera.case"].with_context(
            cartera_aging_policy_id=policy.id, cartera_as_of="2026-01-31"
        )
        case = cases.search([("partner_id", "=", self.debtor.id)])
        self.assertEqual(case.bucket_id, self._bucket(self.policy, 1))
        self.assertEqual(case.amount_overdue, 100)

    def test_as_of_wizard_takes_day_policy_and_age(self):
        policy = self._create_policy(0, 1, 8)
        with Form(self.env["cartera.aging.as.of"]) as form:
            self.assertEqual(str(form.date), "2026-05-31")
            self.assertEqual(form.policy_id, self.policy)
            self.assertEqual(form.age_by, "agreed")
            form.policy_id = policy
            form.age_by = "original"
        context = form.record.action_open()["context"]
        self.assertEqual(
            context,
            {
                "cartera_as_of": "2026-05-31",
                "cartera_aging_policy_id": policy.id,
                "cartera_age_by": "original",
                "pivot_row_groupby": ["debtor_id"],
            },
        )
        form.record.date = "2026-07-01"
        with self.assertRaisesRegex(UserError, "the future is not in the books"):
            form.record.action_open()
