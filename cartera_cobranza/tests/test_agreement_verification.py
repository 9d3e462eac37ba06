import re

from odoo.tests import HttpCase, tagged
from odoo.tools import html2plaintext

from .test_agreement_documents import DocumentCommon

# Tokens and names of bundles: any digits may come in them.
HASH = re.compile(r"\b[0-9a-f]{7,}(o\d+)?\b")


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementVerification(DocumentCommon, HttpCase):
    """The public page says folio, date and validity, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._offer(valid_until=False)
        cls.offer = cls.agreement._issue("proposal").sudo()

    def _open(self, token):
        self.env.flush_all()
        return self.url_open(f"/cartera/verify/{token}")

    def test_a_valid_document(self):
        response = self._open(self.offer.token)
        self.assertEqual(response.status_code, 200)
        text = html2plaintext(response.text)
        self.assertIn(self.offer.name, text)
        self.assertIn("06/30/2026", text)
        self.assertIn("Valid", text)
        self.assertNotIn("No longer", text)

    def test_nothing_else_is_told(self):
        page = HASH.sub("", self._open(self.offer.token).text)
        self.assertIn(self.offer.name, page)
        for secret in (
            self.debtor.name,
            self.company.name,
            self.agreement.name,
            "800",
            "1,000",
            self.invoice.name,
            "FAR020202BBB",
            self.offer.title,
        ):
            if secret != "/":
                self.assertNotIn(secret, page)

    def test_it_is_kept_out_of_search_engines_and_caches(self):
        headers = self._open(self.offer.token).headers
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertIn("no-store", headers["Cache-Control"])

    def test_a_revoked_document(self):
        self.offer._revoke()
        text = html2plaintext(self._open(self.offer.token).text)
        self.assertIn("No longer valid", text)

    def test_an_offer_past_its_last_day(self):
        self.offer.date_valid_until = "2026-06-29"
        text = html2plaintext(self._open(self.offer.token).text)
        self.assertIn("No longer valid", text)

    def test_a_link_of_no_document(self):
        for token in ("unknown", self.offer.name.replace("/", "-"), "%25"):
            response = self._open(token)
            self.assertEqual(response.status_code, 404)
            self.assertIn("No document has this link", response.text)
