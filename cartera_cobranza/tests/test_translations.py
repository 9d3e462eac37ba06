import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import polib

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import get_base_langs, trans_export

MODULE = "cartera_cobranza"
REGIONS = ("es_419", "es_CO", "es_MX")
# What a translation must hold as often as its source: values and markup.
FIXED_PARTS = re.compile(r"%\(\w+\)[a-z]|%[a-z]|</?\w[^>]*>")
# Attributes that are read out or shown are texts themselves.
SPOKEN_ATTRIBUTES = re.compile(r'(?<= )(aria-label|title)="[^"]*"')


@tagged("post_install", "-at_install", "cartera_translations")
class TestTranslations(TransactionCase):
    """Every text has its Spanish, and the files say no more than is needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(get_module_path(MODULE)) / "i18n"
        cls.files = {
            file.stem: {
                entry.msgid: entry
                for entry in polib.pofile(str(file))
                if not entry.obsolete
            }
            for file in folder.glob("*.po*")
        }
        cls.template = cls.files.pop(MODULE)

    def _load(self, language):
        self.env["res.lang"]._activate_lang(language)
        module = self.env["ir.module.module"].search([("name", "=", MODULE)])
        module._update_translations(language)

    def test_template_holds_the_texts_of_the_module(self):
        with BytesIO() as exported:
            trans_export(None, [MODULE], exported, "po", self.env)
            texts = polib.pofile(exported.getvalue().decode())
        places = {entry.msgid: tuple(sorted(entry.occurrences)) for entry in texts}
        template = {
            text: tuple(sorted(entry.occurrences))
            for text, entry in self.template.items()
        }
        differing = dict(places.items() ^ template.items())
        self.assertEqual(differing, {}, "Run `make translations`.")

    def test_spanish_is_complete(self):
        spanish = self.files["es"]
        self.assertEqual(spanish.keys() ^ self.template.keys(), set())
        self.assertEqual([text for text in spanish if not spanish[text].msgstr], [])

    def test_nothing_is_in_doubt(self):
        fuzzy = [
            (language, text)
            for language, entries in self.files.items()
            for text, entry in entries.items()
            if entry.fuzzy
        ]
        self.assertEqual(fuzzy, [])

    def test_values_and_markup_are_kept(self):
        for language, entries in self.files.items():
            for text, entry in entries.items():
                with self.subTest(language=language, text=text):
                    source, translation = (
                        Counter(FIXED_PARTS.findall(SPOKEN_ATTRIBUTES.sub("", part)))
                        for part in (text, entry.msgstr)
                    )
                    self.assertEqual(source, translation)

    def test_regions_hold_what_differs(self):
        self.assertEqual(self.files.keys(), {"es", *REGIONS})
        for region in REGIONS:
            for text, entry in self.files[region].items():
                with self.subTest(region=region, text=text):
                    self.assertIn(text, self.template)
                    self.assertTrue(entry.msgstr)
                    *bases, _region = get_base_langs(region)
                    inherited = [
                        self.files[base][text].msgstr
                        for base in bases
                        if text in self.files[base]
                    ]
                    self.assertNotEqual(entry.msgstr, inherited[-1])

    def test_each_region_reads_its_own_words(self):
        words = {
            "es_ES": ("Edades de cartera", "Judicial", "Comercial"),
            "es_CO": ("Edades de cartera", "Jurídica", "Vendedor"),
            "es_MX": ("Antigüedad de saldos", "Judicial", "Vendedor"),
        }
        menu = self.env.ref(f"{MODULE}.cartera_aging_menu")
        stage = self.env.ref(f"{MODULE}.cartera_stage_judicial")
        items = self.env["cartera.open.item"]
        for language, expected in words.items():
            self._load(language)
            field = items.with_context(lang=language).fields_get(["salesperson_id"])
            with self.subTest(language=language):
                self.assertEqual(
                    (
                        menu.with_context(lang=language).name,
                        stage.with_context(lang=language).name,
                        field["salesperson_id"]["string"],
                    ),
                    expected,
                )

    def test_what_a_run_reports_is_in_the_language_of_its_company(self):
        self._load("es_CO")
        company = self.env.company
        company.partner_id.lang = "es_CO"
        engine = self.env["cartera.stage.engine"]
        seen = []

        def look(engine, run):
            seen.append(engine.env.lang)
            return 0, [(False, "No rules")]

        with patch.object(type(engine), "_run_phase", look):
            run = self.env["cartera.run"].with_context(lang=None).run(company)
            self.env["cartera.run"].with_context(lang="en_US").run(company)
        self.assertEqual(seen, ["es_CO", "en_US"])
        phase = run.with_context(lang="es_CO").error_ids.phase_id
        self.assertEqual(phase.mapped("display_name"), ["Cambiar etapas"])
