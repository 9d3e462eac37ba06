"""Whether a text says what a message of collection has to say, and nothing that it may
not say.

Words are looked for without accents and capitals. Sentences that deny something ("this
is not a court document") are left out: laws ask for some of them.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

ERROR, WARNING = "error", "warning"

# What looks bad in every country, and against a law where its policy names the code.
FORBIDDEN = {
    "es": {
        "judicial_look": r"""
            embarg\w+ | juzgado\w* | juez\w* | jueces | tribunal\w* | judicial\w*
            | citatorio\w* | sentencia\w* | emplaza\w+ | exhorto\w* | actuario\w*
            | demanda\s+(?:judicial|civil|ejecutiva|mercantil|presentada|interpuesta)
            | ministerio\s+publico | ultimatum
        """,
        "lawsuit_not_begun": r"""
            demandar\w* | demandado\w* | accion(?:es)?\s+(?:legal|judicial)\w*
            | via\s+(?:legal|judicial) | procede(?:r|re|remos)\s+legalmente
            | abogad[oa]s? | iniciar\w*\s+(?:un\s+)?(?:juicio|proceso)
        """,
        "credit_registry": r"""
            buro(?:\s+de\s+credito)? | datacredito | dicom | infocorp | asnef | equifax
            | transunion | centrales?\s+de\s+riesgos? | central\s+de\s+deudores
            | historial\s+crediticio | reportad[oa]s?\s+(?:a|ante|en)
        """,
        "threat": r"""
            carcel | prision | delito\w* | policia\w* | denunciar\w* | so\s+pena
            | atengase | consecuencias | perder\w*\s+sus?\s+(?:bienes|casa|patrimonio)
            | represalia\w* | amenaz\w+
        """,
        "public_body_name": r"""
            condusef | profeco | sernac | indecopi | superintendencia | fiscalia
            | procuraduria | hacienda | gobierno | ministerio\s+de
        """,
        "shaming": r"""
            moros[oa]s? | listas?\s+negras? | mala\s+paga | irresponsable\w*
            | sinverguenza\w* | trampos[oa]s? | vecin[oa]s? | sus?\s+familia(?:res)?
            | su\s+(?:empleador|jefe|patron) | publicar\w*\s+su
        """,
    },
    "en": {
        "judicial_look": r"""
            courts? | courthouse | judge\w* | judicial\w* | subpoena\w* | summons
            | writ | tribunal\w* | seiz(?:e|ure|ing)\w* | garnish\w*
            | attachment\s+of | verdict | bailiff\w*
        """,
        "lawsuit_not_begun": r"""
            law\s?suits? | legal\s+action\w* | sue\s+you | sued | attorney\w*
            | lawyer\w* | legal\s+proceedings? | take\s+you\s+to
        """,
        "credit_registry": r"""
            credit\s+(?:bureau|registr|report|scor|rating|histor)\w* | equifax
            | experian | transunion | datacredito | infocorp
        """,
        "threat": r"""
            jail | prison | arrest\w* | police | criminal\w* | or\s+else | consequences
            | threat\w* | lose\s+your\s+(?:home|house|property)
        """,
        "public_body_name": r"""
            ministry\s+of | tax\s+authorit\w+ | attorney\s+general | government
            | condusef | profeco | sernac | indecopi
        """,
        "shaming": r"""
            deadbeat\w* | delinquent\w* | black\s?list\w* | shame\w* | bad\s+payer\w*
            | neighbou?rs? | your\s+(?:employer|boss|family|relatives) | irresponsible
        """,
    },
}
SAME_WORDS = {"public_shaming": "shaming"}

# Questions for the reason of the arrears.
ASKING_WHY = {
    "es": r"""
        por\s?que\s+no\s+(?:ha\w*\s+)?pag\w+
        | (?:motivos?|razon(?:es)?|causas?)\s+(?:de|del|por)\s+
          (?:(?:el|la|su|los|las|sus|que|cual)\s+)*
          (?:falta|incumpl\w+|no\s+pago|impago|atraso|retraso|mora|no\s+ha\w*\s+pag\w+)
        | a\s+que\s+se\s+debe\s+(?:el|la|su)\s+(?:atraso|retraso|impago|falta|mora)
    """,
    "en": r"""
        why\s+(?:(?:have|has|did|do|are|is)\s+)?(?:\w+\s+){0,2}(?:not|n't|never)\s+pa\w+
        | why\s+(?:\w+\s+){0,3}(?:unpaid|late|overdue)
        | reasons?\s+(?:for|of|why)\s+(?:(?:the|your|this)\s+)*
          (?:delay|default|late|non-?payment|arrears|you\s+have\s+not)
    """,
}

# What shows to whoever sees an envelope, or a list of mails, that it is a collection.
TELLING = {
    "es": r"""
        cobranza\w* | cobro\w* | deuda\w* | adeudo\w* | mora | moros\w+ | vencid\w+
        | impag\w+ | requerimiento | ultimo\s+aviso | legal\w* | \w*judicial\w*
        | embarg\w+
    """,
    "en": r"""
        debts? | collections? | collector | overdue | past\s+due | arrears | default
        | delinquen\w+ | unpaid | final\s+notice | legal\w* | court | lawsuit | demand
    """,
}

# What is denied ends with the clause, and is not long: a threat may follow.
DENIED = r"\b(?:\s+[^\s.;:,!?]+){0,10}"
DENIAL = {
    "es": rf"\bno\s+(?:es|son|constituye\w*|forma\w*|se\s+trata){DENIED}",
    "en": rf"\b(?:is|are|was|does|do)\s+not{DENIED}",
}

LANGUAGES = frozenset(FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a text.

    :ivar severity: :data:`ERROR` against a rule of the policies, :data:`WARNING` else
    :ivar rule: code of the wording; ``ask_reason``, ``envelope`` or ``language``
    :ivar text: the words found; the code of the part when it is missing
    :ivar where: key of the text; empty when something is missing
    :ivar article: where the rule is written
    """

    severity: str
    rule: str
    text: str
    where: str = ""
    article: str = ""


def check(texts, language, parts, rules, subject="subject"):
    """Look at the texts of one template in one language.

    :param texts: dict of any key to plain text
    :param language: code such as ``es_MX``
    :param parts: codes of the parts that the message has, see ``required``
    :param rules: dict of ``required`` and ``forbidden`` (``{code: article}``),
        ``ask_reason_forbidden`` and ``envelope_neutral`` (an article or None)
    :param subject: key of the text that others can see
    :return: list of :class:`Finding`, the errors first
    """
    language = language[:2].lower()
    findings = [
        Finding(ERROR, code, code, "", article)
        for code, article in rules["required"].items()
        if code not in parts
    ]
    if language not in LANGUAGES:
        return [*findings, Finding(WARNING, "language", language)]
    for key, text in texts.items():
        plain = _simplify(text)
        told = re.sub(DENIAL[language], " ", plain)
        findings += _find_forbidden(told, key, language, rules["forbidden"])
        findings += _find(
            ASKING_WHY[language],
            told,
            key,
            "ask_reason",
            rules["ask_reason_forbidden"],
            always=False,
        )
        if key == subject:
            article = rules["envelope_neutral"]
            findings += _find(TELLING[language], plain, key, "envelope", article)
    return sorted(findings, key=lambda finding: finding.severity)


def _find_forbidden(text, key, language, forbidden):
    articles = {SAME_WORDS.get(code, code): art for code, art in forbidden.items()}
    findings = []
    for code, pattern in FORBIDDEN[language].items():
        findings += _find(pattern, text, key, code, articles.get(code))
    return findings


def _find(pattern, text, key, rule, article, always=True):
    """A finding per different match: an error where there is an article, else a warning
    if ``always``."""
    if article is None and not always:
        return []
    severity = WARNING if article is None else ERROR
    words = dict.fromkeys(match.group() for match in _compile(pattern).finditer(text))
    return [Finding(severity, rule, word, key, article or "") for word in words]


@lru_cache(maxsize=64)
def _compile(pattern):
    return re.compile(rf"\b(?:{pattern})\b", re.VERBOSE)


def _simplify(text):
    """Lower case, without accents, with single blanks."""
    letters = unicodedata.normalize("NFKD", text or "")
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain.replace("’", "'")).casefold().strip()
