import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import html2plaintext

from .test_agreement_documents import DocumentCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementPortal(DocumentCommon, HttpCase):
    """Debtors read, sign, decline and download their own agreements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._offer(valid_until="2026-12-31")
        cls.document = cls.invoice.name
        cls.agreement.note = "They would pay more"
        cls.agreement.override_reason = "The boss is a friend"
        cls.agreement.message_post(
            body="Do not tell them", subtype_xmlid="mail.mt_comment"
        )
        cls.token = cls.agreement._portal_ensure_token()
        cls.path = f"/my/agreements/{cls.agreement.id}"
        cls.link = f"{cls.path}?access_token={cls.token}"
        image = io.BytesIO()
        Image.new("RGB", (40, 20), "white").save(image, "PNG")
        cls.signature = base64.b64encode(image.getvalue()).decode()
        cls.portal_user = cls._create_portal_user("faro", cls.debtor)

    @classmethod
    def _create_portal_user(cls, login, debtor):
        contact = cls.env["res.partner"].create(
            {"name": login, "parent_id": debtor.id, "email": f"{login}@x.example"}
        )
        return new_test_user(
            cls.env,
            login,
            groups="base.group_portal",
            partner_id=contact.id,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _open(self, path, **kwargs):
        self.env.flush_all()
        return self.url_open(path, **kwargs)

    def _post(self, suffix, **params):
        self.env.flush_all()
        return self.make_jsonrpc_request(f"{self.path}{suffix}", params)

    def _accept(self, **values):
        params = {
            "access_token": self.token,
            "name": "Rosa Luz",
            "signature": self.signature,
            "version": self.agreement._get_offer_version(),
            **values,
        }
        return self._post("/accept", **params)

    # -- who sees it --------------------------------------------------------------

    def test_the_link_opens_the_offer(self):
        response = self._open(self.link)
        text = html2plaintext(response.text)
        for expected in ("800.00", "1,000.00", self.document, "Accept and Sign"):
            self.assertIn(expected, text)
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")

    def test_nothing_of_the_house_is_shown(self):
        page = self._open(self.link).text
        for secret in ("They would pay more", "a friend", "Do not tell them"):
            self.assertNotIn(secret, page)

    def test_the_link_reads_no_messages(self):
        nobody = self.env["cartera.agreement"].with_user(
            self.env.ref("base.public_user")
        )
        signed = self.agreement._sign_token(self.debtor.id)
        for params in (
            {"token": self.token},
            {"hash": signed, "pid": self.debtor.id},
        ):
            with self.subTest(params):
                self.assertFalse(
                    nobody._get_thread_with_access(self.agreement.id, **params)
                )

    def test_without_the_right_link_there_is_nothing(self):
        for path in (
            self.path,
            f"{self.path}?access_token=wrong",
            f"{self.path}?access_token=ni%C3%B1o",
            f"/my/agreements/{self.agreement.id + 1000}?access_token={self.token}",
        ):
            with self.subTest(path):
                text = self._open(path).text
                self.assertNotIn("800.00", text)
                self.assertNotIn(self.document, text)

    def test_what_is_not_offered_yet_is_not_shown(self):
        for state in ("draft", "to_approve", "refused", "cancelled"):
            self.agreement.state = state
            with self.subTest(state):
                self.assertNotIn("800.00", self._open(self.link).text)
                self.assertIn("error", self._accept())

    def test_the_link_ends_with_the_offer(self):
        self.agreement.date_valid_until = "2026-06-29"
        response = self._open(self.link)
        self.assertEqual(response.status_code, 404)
        self.assertIn("no longer valid", response.text)
        self.assertNotIn("800.00", response.text)
        self.assertIn("error", self._accept())
        self.assertEqual(self.agreement.state, "proposed")

    def test_portal_users_see_the_agreements_of_their_company(self):
        self.authenticate("faro", "faro")
        self.assertIn("/my/agreements", self._open("/my").text)
        self.assertIn(self.path, self._open("/my/agreements").text)
        self.assertIn("800.00", self._open(self.path).text)
        counters = self._post_counters()
        self.assertEqual(counters["agreement_count"], 1)

    def _post_counters(self):
        return self.make_jsonrpc_request(
            "/my/counters", {"counters": ["agreement_count"]}
        )

    def test_portal_users_see_no_others(self):
        other = self._create_debtor("Otro")
        self._create_portal_user("otro", other)
        self.authenticate("otro", "otro")
        self.assertNotIn(self.path, self._open("/my/agreements").text)
        self.assertNotIn("800.00", self._open(self.path).text)
        self.assertEqual(self._post_counters()["agreement_count"], 0)
        self.assertIn("error", self._accept(access_token="wrong"))

    def test_debtors_have_no_rights_on_the_records(self):
        for model in ("cartera.agreement", "cartera.agreement.document"):
            records = self.env[model].with_user(self.portal_user)
            self.assertFalse(records.has_access("read"))

    # -- signing ------------------------------------------------------------------

    def test_the_debtor_signs(self):
        result = self._accept()
        self.assertIn("message=signed", result["redirect_url"])
        self.assertRecordValues(
            self.agreement,
            [{"state": "active", "signed_by": "Rosa Luz", "signed_ip": "127.0.0.1"}],
        )
        self.assertTrue(self.agreement.signature)
        self.assertTrue(self.agreement.signed_on)
        signed = self.agreement.change_ids.filtered(
            lambda change: change.state_to == "active"
        )[:1]
        self.assertEqual(signed.by_name, "Rosa Luz")
        contract = self._find(self.agreement, "contract")[:1]
        self.assertIn("Rosa Luz", contract.body)
        self.assertIn("127.0.0.1", contract.body)
        self.assertIn("Signed by Rosa Luz", html2plaintext(self._open(self.link).text))

    def test_nobody_of_the_house_answers_for_the_debtor(self):
        for group in ("auditor", "supervisor"):
            with self.subTest(group):
                user = self._create_user(f"house_{group}", group)
                self.authenticate(user.login, user.login)
                self.assertEqual(self._open(self.path).status_code, 200)
                self.assertIn("Only the debtor", self._accept()["error"])
                refused = self._open(
                    f"{self.path}/decline",
                    data={
                        "access_token": self.token,
                        "csrf_token": http.Request.csrf_token(self),
                    },
                )
                self.assertEqual(refused.status_code, 403)
                self.assertFalse(self.agreement.date_declined)
        self.assertEqual(self.agreement.state, "proposed")

    def test_no_other_offer_is_signed_than_the_one_that_was_read(self):
        """The page stays open while the offer is withdrawn and another one made."""
        read = self.agreement._get_offer_version()
        page = self._open(self.link).text
        self.assertIn(f"version={read}", page)
        self.agreement._withdraw()
        self.agreement._set_state("proposed")
        for version in (read, None):
            with self.subTest(version):
                self.assertIn("has changed", self._accept(version=version)["error"])
        self.assertEqual(self.agreement.state, "proposed")
        self.assertFalse(self.agreement.signed_by)
        self.assertIn("redirect_url", self._accept())

    def test_no_other_contract_is_signed_than_the_one_that_was_read(self):
        """What it says besides the terms may change while the offer stands."""
        read = self.agreement._get_offer_version()
        self.company.cartera_payment_instructions = "To another account"
        self.assertIn("has changed", self._accept(version=read)["error"])
        self.assertEqual(self.agreement.state, "proposed")
        other = self._offer(kind="reestructura")
        read = other._get_offer_version()
        self.assertEqual(other._get_offer_version(), read)
        other.action_issue_pagare()
        self.assertNotEqual(other._get_offer_version(), read)

    def test_it_is_signed_on_the_day_of_the_company(self):
        """In the evening it is tomorrow already where the server counts."""
        self.company.partner_id.tz = "America/Mexico_City"
        visitor = self.env.ref("base.public_user")
        agreement = self.agreement.with_user(visitor).sudo()
        with self._on("2026-07-01 02:00:00"):
            agreement._accept("Rosa Luz", self.signature, "192.0.2.1")
        contract = self._find(self.agreement, "contract")
        self.assertIn("Signed electronically on June 30, 2026", self._read(contract))
        page = html2plaintext(self._open(self.link).text)
        self.assertIn("06/30/2026", page.partition("Signed by")[2])

    def test_it_is_signed_once(self):
        self._accept()
        self.assertIn("error", self._accept(name="Somebody Else"))
        self.assertEqual(self.agreement.signed_by, "Rosa Luz")

    def test_a_signature_needs_name_and_image(self):
        for values in (
            {"name": " "},
            {"name": 5},
            {"signature": None},
            {"signature": "not an image"},
            {"access_token": "wrong"},
        ):
            with self.subTest(values):
                self.assertIn("error", self._accept(**values))
                self.assertEqual(self.agreement.state, "proposed")
                self.assertFalse(self.agreement.signed_by)

    def test_what_cannot_come_into_force_is_not_signed(self):
        with patch.object(
            type(self.agreement), "_activate", side_effect=UserError("Paid already")
        ):
            self.assertIn("Paid already", self._accept()["error"])
        self.assertFalse(self.agreement.signed_by)

    def test_the_contract_is_read_before_it_is_signed(self):
        page = html2plaintext(self._open(self.link).text)
        self.assertIn("The contract that you sign", page)
        self.assertIn("Free decision", page)
        self.assertFalse(self._find(self.agreement, "contract"))

    def test_signing_in_the_browser(self):
        self.start_tour(self.link, "cartera_sign_offer")
        self.assertRecordValues(
            self.agreement, [{"state": "active", "signed_by": "Rosa Luz"}]
        )
        self.assertTrue(self.agreement.signature)

    def test_declining_in_the_browser(self):
        self.start_tour(self.link, "cartera_decline_offer")
        self.assertEqual(self.agreement.decline_reason, "Too much at once")

    # -- declining ----------------------------------------------------------------

    def _decline(self, reason):
        self.authenticate(None, None)
        page = self._open(self.link).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return self._open(
            f"{self.path}/decline?access_token={self.token}",
            data={"csrf_token": token, "reason": reason},
        )

    def test_the_debtor_declines_with_a_reason(self):
        self.agreement.case_id.user_id = self.collector
        response = self._decline("Too much <b>for me</b>")
        self.assertIn("You have declined the offer", response.text)
        self.assertNotIn("o_cartera_accept", response.text)
        self.assertEqual(self.agreement.decline_reason, "Too much <b>for me</b>")
        self.assertEqual(self.agreement.state, "proposed")
        activity = self.agreement.activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertIn("Too much", activity.note)
        [note] = self.agreement.message_ids.filtered(
            lambda message: "declined" in (message.body or "")
        )
        self.assertNotIn("<b>for me", note.body)

    def test_who_declines_asks_for_one_answer(self):
        self._decline('<a href="https://elsewhere.example">No</a>')
        self.agreement._decline("Again")  # the page may be sent twice
        [activity] = self.agreement.activity_ids
        self.assertNotIn("<a ", activity.note)
        self.assertIn("elsewhere", activity.note)
        self.assertNotEqual(self.agreement.decline_reason, "Again")

    # -- downloads ----------------------------------------------------------------

    def test_documents_are_downloaded_with_the_link(self):
        offer = self.agreement._issue("proposal")
        path = f"{self.path}/document/{offer.id}"
        response = self._open(f"{path}?access_token={self.token}")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("OF-2026-", response.headers["Content-Disposition"])
        for refused in (path, f"{path}?access_token=wrong"):
            response = self._open(refused)
            self.assertNotEqual(response.headers["Content-Type"], "application/pdf")

    def test_documents_of_others_are_not_downloaded(self):
        other = self._offer()
        foreign = other._issue("proposal")
        response = self._open(
            f"{self.path}/document/{foreign.id}?access_token={self.token}"
        )
        self.assertNotEqual(response.headers["Content-Type"], "application/pdf")

    def test_revoked_documents_are_handed_out_no_more(self):
        offer = self.agreement._issue("proposal")
        offer._revoke()
        response = self._open(
            f"{self.path}/document/{offer.id}?access_token={self.token}"
        )
        self.assertNotEqual(response.headers["Content-Type"], "application/pdf")

    # -- sending it ---------------------------------------------------------------

    def test_the_offer_is_sent_through_the_outbox(self):
        self.debtor.email = "faro@deudor.example"
        action = self.agreement.with_user(self.collector).action_send_offer()
        compose = (
            self.env["cartera.message.compose"]
            .with_user(self.collector)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn(self.link, compose.body.replace("&amp;", "&"))
        self.assertIn("800.00", compose.body)
        # One amount is to be paid; what is open is named for what it is.
        self.assertNotIn("To pay", compose.body)
        self.assertIn("Owed without the agreement", compose.body)
        self.assertTrue(self._find(self.agreement, "proposal"))
        message = compose._create_message()
        self.assertEqual(message.agreement_id, self.agreement)
        self.assertIn(self.token, message.offer_url)

    def test_the_offer_names_what_it_is_about_and_no_other_debt(self):
        self.debtor.email = "faro@deudor.example"
        ahead = self._invoice(300, "2026-06-15", due="2026-12-31")
        self._invoice(70, "2026-05-01", due="2026-05-31")
        covered = self.agreement.item_ids
        covered[0].copy(
            {
                "agreement_id": self.agreement.id,
                "line_id": self._receivable_lines(ahead).id,
                "amount": 300,
            }
        )
        self.env["cartera.run"].run(self.company)
        action = self.agreement.with_user(self.collector).action_send_offer()
        window = self.env["cartera.message.compose"].with_user(self.collector)
        compose = window.with_context(**action["context"]).create({})
        message = compose._create_message().sudo()
        self.env["cartera.message.renderer"]._load_items(message)
        self.assertEqual(
            {row["line_id"]: row["side"] for row in message.items},
            {
                **dict.fromkeys(covered.line_id.ids, "overdue"),
                self._receivable_lines(ahead).id: "upcoming",
            },
        )
        owed = sum((covered | self.agreement.item_ids).mapped("amount"))
        self.assertEqual(message.amount, owed)

    def test_a_message_tells_no_link_of_another_debtor(self):
        other = self._create_debtor("Otro")
        self._invoice(50, "2026-05-01", due="2026-05-31", partner=other)
        self.env["cartera.run"].run(self.company)
        message = self.env["cartera.communication"].new(
            {"case_id": self._case(other).id, "agreement_id": self.agreement.id}
        )
        self.assertFalse(message.offer_url)

    def test_an_expired_offer_is_not_sent(self):
        self.agreement.date_valid_until = "2026-06-29"
        with self.assertRaises(UserError):
            self.agreement.with_user(self.collector).action_send_offer()
