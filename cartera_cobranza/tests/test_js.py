from odoo.tests import HttpCase, tagged

SUITE = "@cartera_cobranza"
PAGE = "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={}"


def hash_of(name):
    """The id that the test page gives to a suite of this name."""
    value = 0
    for character in name:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return f"{value:08x}"


@tagged("post_install", "-at_install")
class TestJavaScript(HttpCase):
    """The unit tests of what the browser does."""

    def test_widgets(self):
        self.browser_js(
            PAGE.format(hash_of(SUITE)),
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
