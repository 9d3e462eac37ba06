"""What a message may not say, and what it has to."""

import pytest
from cartera_lib import wording

NO_RULES = {
    "required": {},
    "forbidden": {},
    "ask_reason_forbidden": None,
    "envelope_neutral": None,
}


def found(text, language="es_MX", where="body", parts=(), **rules):
    findings = wording.check({where: text}, language, parts, {**NO_RULES, **rules})
    return [(finding.severity, finding.rule) for finding in findings]


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("es_MX", "Se procederá al EMBARGO de sus bienes.", "judicial_look"),
        ("es_CL", "Asunto: Juzgado de Letras", "judicial_look"),
        ("es_CO", "Será reportado a Datacrédito.", "credit_registry"),
        ("es_MX", "Iniciaremos acciones legales en su contra.", "lawsuit_not_begun"),
        ("es_MX", "Puede ir a la cárcel.", "threat"),
        ("es_MX", "Departamento de la Procuraduría", "public_body_name"),
        ("es_AR", "Avisaremos a sus vecinos que usted es moroso.", "shaming"),
        ("en_US", "You will have to appear in court.", "judicial_look"),
        ("en_GB", "We will take legal action.", "lawsuit_not_begun"),
        ("en_US", "Your credit report will show it.", "credit_registry"),
        ("en_US", "Pay, or else.", "threat"),
    ],
)
def test_forbidden_words_are_found(language, text, rule):
    assert ("warning", rule) in found(text, language)
    assert ("error", rule) in found(text, language, forbidden={rule: "art. 1"})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es_MX", "Le recordamos su factura. Gestión extrajudicial de pagos."),
        ("es_CL", "Este mensaje no es un procedimiento judicial de embargo."),
        ("es_MX", "Podemos acordar un plan de pagos con usted."),
        ("en_US", "It is not a court document and not part of any legal proceeding."),
        ("en_US", "Courtesy reminder of your invoice."),
    ],
)
def test_lawful_words_are_not_found(language, text):
    every = dict.fromkeys(wording.FORBIDDEN[language[:2]], "art.")
    assert found(text, language, forbidden=every) == []


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("es_MX", "Esta no es una broma: embargaremos su casa.", "judicial_look"),
        ("es_MX", "Esta no es una broma, embargaremos su casa.", "judicial_look"),
        ("en_US", "This is not a joke: you will go to jail.", "threat"),
        (
            "es_MX",
            "Este no es un aviso más de los que ya le hemos enviado antes sin "
            "respuesta y por eso irá a la cárcel.",
            "threat",
        ),
    ],
)
def test_a_denial_ends_before_the_threat(language, text, rule):
    assert ("warning", rule) in found(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es_CO", "¿Por qué no ha pagado?"),
        ("es_CO", "Indique el motivo del atraso."),
        ("es_CO", "Cuéntenos las razones de su incumplimiento"),
        ("en_US", "Why have you not paid?"),
        ("en_US", "Tell us the reason for the delay."),
    ],
)
def test_asking_why_is_found_where_it_is_forbidden(language, text):
    assert found(text, language) == []
    assert found(text, language, ask_reason_forbidden="art. 7") == [
        ("error", "ask_reason")
    ]


def test_reasons_against_an_invoice_may_be_asked_for():
    text = "If you do not agree with the amount, tell us your reasons in writing."
    assert found(text, "en_US", ask_reason_forbidden="art. 7") == []


def test_the_subject_does_not_tell_of_a_debt():
    assert found("Deuda vencida", where="subject") == [
        ("warning", "envelope"),
        ("warning", "envelope"),
    ]
    assert found("Deuda", where="subject", envelope_neutral="art. 37") == [
        ("error", "envelope")
    ]
    assert found("Deuda", where="body") == []


def test_missing_parts_are_errors_with_their_article():
    [finding] = wording.check(
        {"body": "Hola"},
        "es_CL",
        {"creditor"},
        {**NO_RULES, "required": {"creditor": "art. 37", "rights": "art. 37"}},
    )
    assert finding == wording.Finding("error", "rights", "rights", "", "art. 37")


def test_an_unknown_language_is_said_to_be_unchecked():
    assert found("Mahnung", "de_DE") == [("warning", "language")]


def test_public_shaming_is_shaming():
    assert found("moroso", forbidden={"public_shaming": "art. 62"}) == [
        ("error", "shaming")
    ]
