"""What becomes of translations when the texts change."""

import polib
import pytest
from cartera_dev.inside import translations


def po_file(**terms) -> polib.POFile:
    """A file of those terms: source and translation."""
    file = polib.POFile()
    file.metadata = {"POT-Creation-Date": "2026-11-22 06:03+0000", "Language": ""}
    for source, translation in terms.items():
        file.append(polib.POEntry(msgid=source, msgstr=translation))
    return file


@pytest.fixture
def merged(tmp_path):
    """Gives a function that merges terms into files, and reads what they say then."""
    folder = tmp_path / "i18n"
    folder.mkdir()

    def merge(terms, **files):
        terms = po_file(**dict.fromkeys(terms, ""))
        exported = tmp_path / "terms.pot"
        terms.save(str(exported))
        for name, content in files.items():
            po_file(**content).save(str(folder / f"{name}.po"))
        translations.main(str(exported), str(folder))
        return {
            file.stem: [
                ("~" * entry.obsolete + entry.msgid, entry.msgstr)
                for entry in polib.pofile(str(file))
            ]
            for file in folder.iterdir()
        }

    return merge


def test_languages_get_the_new_terms_in_their_order(merged):
    files = merged(["Aging", "Case"], es={"Case": "Expediente"})
    assert files["es"] == [("Aging", ""), ("Case", "Expediente")]
    assert files["cartera_cobranza"] == [("Aging", ""), ("Case", "")]


def test_regions_get_no_new_terms(merged):
    files = merged(["Aging", "Case"], es={}, es_MX={"Aging": "Antigüedad"})
    assert files["es_MX"] == [("Aging", "Antigüedad")]


def test_a_reworded_term_keeps_its_translation_until_all_are_done(merged):
    before = {"es": {"Aging": "Edades"}, "es_MX": {"Aging": "Antigüedad"}}
    files = merged(["Ages"], **before)
    assert files["es"] == [("Ages", ""), ("~Aging", "Edades")]
    assert files["es_MX"] == [("~Aging", "Antigüedad")]

    files = merged(["Ages"], es={"Ages": "Edades", "Aging": "Edades"})
    assert files["es"] == [("Ages", "Edades")]
    assert files["es_MX"] == []


def test_a_term_that_comes_back_finds_its_translation(merged):
    merged(["Case"], es={"Aging": "Edades"})
    files = merged(["Aging", "Case"])
    assert files["es"] == [("Aging", "Edades"), ("Case", "")]


def test_the_same_terms_make_the_same_template(merged, tmp_path):
    merged(["Case"], es={})
    template = (tmp_path / "i18n" / "cartera_cobranza.pot").read_text()
    assert "2026" not in template
