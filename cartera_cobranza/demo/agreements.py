"""What was agreed with the demo's debtors, day by day, as plain data.

Debtors are named as in ``debtors``; days are counted from today. What is offered is
about all that was overdue on that day.
"""

from dataclasses import dataclass, field

SUPERVISOR = "supervisor"

SIGNER = {
    "cartera_signer": "Jorge Alberto Farías Luna",
    "cartera_signer_powers": "escritura 12,345 de la Notaría 7 de León, Guanajuato",
}
DISCOUNT_RATE, RATE_CAP = 11.5, 45.0
WAIVER = "Bonificación por finiquito"


@dataclass(frozen=True, slots=True)
class Step:
    """``what`` is a method of ``cartera.demo.agreements``, given ``values``."""

    day: int
    what: str
    values: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deal:
    debtor: str
    kind: str
    steps: tuple[Step, ...]


FINIQUITO, REESTRUCTURA, JUDICIAL = "finiquito", "reestructura", "convenio_judicial"

# Products that the company has besides the usual ones: name, and what is different.
VARIANTS = {
    "moved": (
        "Reestructura con traslado de la deuda",
        {"ledger_mode": "reclassification"},
    ),
    "write_off": ("Finiquito por castigo", {"settlement_method": "write_off"}),
    "discount": ("Finiquito con descuento por pago", {"settlement_method": "discount"}),
}
VARIANTS_FROM = 90  # their place in the order of products: after the usual ones

YESTERDAY = -1

# Why more is granted than a country's collectors may.
EXCEPTION = "Es lo que el cliente puede pagar"

DEALS = (
    Deal(
        "Rosa María Quintero Salas",
        FINIQUITO,
        (
            Step(
                -34,
                "offer",
                {
                    "quita_capital": 20,
                    "override_reason": "Paga de contado si se le descuenta la quinta "
                    "parte",
                },
            ),
            Step(-33, "approve", {"reason": "Cliente de años; conviene cerrar"}),
            Step(-31, "accept"),
            Step(-22, "pay"),
        ),
    ),
    Deal(
        "Lácteos Hacienda Vieja",
        FINIQUITO,
        (
            Step(-48, "offer", {"quita_capital": 8, "variant": "discount"}),
            Step(-47, "sign"),
            Step(-44, "pay"),
        ),
    ),
    Deal(
        "Refacciones El Pistón",
        FINIQUITO,
        (
            Step(-34, "offer", {"quita_capital": 25, "variant": "write_off"}),
            Step(-33, "sign"),
            Step(-31, "pay"),
        ),
    ),
    Deal(
        "Inmobiliaria Los Almendros",
        FINIQUITO,
        (
            Step(-62, "offer", {"quita_capital": 15}),
            Step(-60, "sign"),
            Step(-50, "pay", {"share": 0.3}),
            Step(-38, "wait"),
        ),
    ),
    Deal(
        "Constructora Cumbres Azules",
        FINIQUITO,
        (Step(YESTERDAY, "offer", {"quita_capital": 15, "valid_days": 15}),),
    ),
    Deal(
        "Mercados del Pueblo",
        FINIQUITO,
        (
            Step(
                -5,
                "offer",
                {
                    "quita_capital": 30,
                    "override_reason": "Dice que otro proveedor le perdonó eso",
                },
            ),
            Step(YESTERDAY, "refuse", {"reason": "Sigue comprando y vendiendo"}),
        ),
    ),
    Deal(
        "Cafeterías Grano y Brasa",
        REESTRUCTURA,
        (
            Step(-85, "offer", {"term": 6, "rate": 12}),
            Step(-85, "accept"),
            Step(-84, "pay"),
            Step(-53, "pay"),
            Step(-22, "pay"),
        ),
    ),
    Deal(
        "Exportadora Las Garzas",
        REESTRUCTURA,
        (
            Step(-10, "offer", {"term": 3, "quita_capital": 5, "variant": "moved"}),
            Step(-9, "sign"),
            Step(-9, "pay"),
        ),
    ),
    Deal(
        "Vinos y Licores La Cava",
        REESTRUCTURA,
        (
            Step(-105, "offer", {"term": 9}),
            Step(-104, "sign"),
            Step(-103, "pay"),
            Step(-72, "pay"),
        ),
    ),
    Deal(
        "Comedores Industriales Sazón",
        REESTRUCTURA,
        (
            Step(
                YESTERDAY,
                "offer",
                {
                    "term": 18,
                    "down_payment": 0,
                    "override_reason": "Cerró dos comedores; le dan un contrato nuevo "
                    "en tres meses",
                },
            ),
        ),
    ),
    Deal(
        "Farmacias Santa Lucía", REESTRUCTURA, (Step(YESTERDAY, "draft", {"term": 4}),)
    ),
    Deal(
        "Fonda Doña Meche",
        REESTRUCTURA,
        (
            Step(-150, "offer", {"term": 4}),
            Step(-150, "sign"),
            Step(-149, "pay"),
            Step(-80, "wait"),
            Step(-62, "wait"),
        ),
    ),
    Deal(
        "Mueblería Roble y Cedro",
        REESTRUCTURA,
        (
            Step(-140, "offer", {"term": 6}),
            Step(-140, "sign"),
            Step(-139, "pay"),
            Step(-105, "pay"),
            Step(
                -62,
                "refinance",
                {
                    "term": 12,
                    "override_reason": "Perdió un cliente; puede con la mitad al mes",
                },
            ),
            Step(-60, "approve", {"reason": "Una sola vez, y con pagaré"}),
            Step(-58, "sign"),
            Step(-58, "secure"),
            Step(-57, "pay"),
            Step(-25, "pay"),
        ),
    ),
    Deal(
        "Minisúper La Esquina",
        REESTRUCTURA,
        (
            Step(-18, "offer", {"term": 3}),
            Step(-16, "sign"),
            Step(
                YESTERDAY, "cancel", {"reason": "Traspasó el local y pagará de contado"}
            ),
        ),
    ),
    Deal(
        "Héctor Iván Ocampo Ruiz",
        REESTRUCTURA,
        (
            Step(-50, "offer", {"term": 2, "periodicity": "two_weeks"}),
            Step(-50, "accept"),
            Step(-49, "pay"),
            Step(-34, "pay"),
            Step(-20, "pay"),
        ),
    ),
    Deal(
        "Distribuidora Valle Dorado",
        JUDICIAL,
        (
            Step(-140, "sue", {"docket": "0482"}),
            Step(-105, "seize"),
            Step(-80, "offer", {"term": 12, "court_effect": "suspends"}),
            Step(-80, "secure"),
            Step(-80, "sign"),
            Step(-79, "pay"),
            Step(-72, "note_in_court", {"step": "presented"}),
            Step(-50, "note_in_court", {"step": "homologated"}),
            Step(-48, "pay"),
            Step(-17, "pay"),
        ),
    ),
    Deal(
        "Carnes Selectas El Corral", JUDICIAL, (Step(-34, "sue", {"docket": "1175"}),)
    ),
)

GUARANTOR = {
    "name": "Leonor Dorado Arce",
    "email": "leonor.dorado@clientes.example.com",
    "street": "Calle 14 #208",
}
LAWYER = "Bufete Solórzano y Asociados"

# What a legal case says; what is claimed was overdue when it was filed.
PROCEEDINGS = {
    "court": "Juzgado Cuarto de lo Mercantil de León",
    "proceeding": "Juicio ejecutivo mercantil",
    "procedural_stage": "Emplazamiento",
}
SERVED_AFTER = 12
# Description, US dollars, whether the debtor is charged with it.
COSTS = (
    ("Honorarios de la demanda", 380, True),
    ("Copias certificadas y notificaciones", 60, True),
    ("Viáticos del abogado", 45, False),
)
# Measure, asset, US dollars.
MEASURES = (
    ("Embargo precautorio", "Camión de reparto 3.5 t", 14_000),
    ("Embargo de cuenta bancaria", "Cuenta de cheques en Banco Ejemplo", 6_000),
)
