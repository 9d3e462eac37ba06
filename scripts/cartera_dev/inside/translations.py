"""Merges exported terms into the translations: `translations EXPORTED FOLDER`.

A language without a country (`es`) translates everything. A region (`es_MX`) holds the
terms whose words differ, and gets no new ones. A term that has gone is kept, out of
use, for as long as another one lacks a translation: it may be the old one reworded.
"""

import sys
from pathlib import Path

import polib

MODULE = "cartera_cobranza"
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main(exported: str, folder: str) -> None:
    """Writes the template and every .po file of `folder`, and tells what is missing."""
    terms = polib.pofile(exported)
    for name in DATES:  # the same terms make the same file
        terms.metadata.pop(name, None)
    terms.save(str(Path(folder) / f"{MODULE}.pot"))
    languages = {
        file: polib.pofile(str(file)) for file in sorted(Path(folder).glob("*.po"))
    }
    for file, language in languages.items():
        merge(language, terms, region="_" in file.stem)
    complete = not any(po.untranslated_entries() for po in languages.values())
    for file, language in languages.items():
        if complete:
            language[:] = [entry for entry in language if not entry.obsolete]
        language.save()
        missing = len(language.untranslated_entries())
        unused = len(language.obsolete_entries())
        print(f"  {file.name:10} {missing} without translation, {unused} out of use")


def merge(language: polib.POFile, terms: polib.POFile, *, region: bool) -> None:
    """Gives `language` the terms, their references and their order."""
    known = {entry.msgid for entry in language}
    wanted = polib.POFile()
    wanted.extend(term for term in terms if term.msgid in known or not region)
    language.merge(wanted)
    order = {term.msgid: place for place, term in enumerate(terms)}
    language.sort(key=lambda entry: order.get(entry.msgid, len(order)))


if __name__ == "__main__":
    main(*sys.argv[1:])
