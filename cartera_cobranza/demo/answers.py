"""What the demo's debtors answered, and who looks after them, as plain data.

Debtors are named as in ``debtors`` and users by their login; days are counted from
today, and ``share`` is of what is overdue.
"""

from dataclasses import dataclass

TEAM = "Cobranza nacional"
LEADER = "supervisor"
# Login, debtors a day, target of a month in US dollars.
MEMBERS = (
    ("cobranza1", 25, 30_000),
    ("cobranza2", 40, 12_000),
    ("cobranza3", 40, 2_000),
)
# Who looks after the natural persons.
COLLECTOR_OF_PERSONS = "cobranza3"
# Login away, who stands in, first and last day, why.
ABSENCE = ("cobranza3", "cobranza2", 3, 12, "Vacaciones")

GROUP = "Grupo Altamira"
GROUP_HEAD = "Grupo Ferretero Altamira"
GROUP_MEMBERS = ("Altamira del Norte", "Altamira del Sur")


@dataclass(frozen=True, slots=True)
class Promise:
    """``payments`` are (day, share); ``paid`` what came of it, (day, share)."""

    debtor: str
    made: int
    payments: tuple[tuple[int, float], ...]
    paid: tuple[int, float] | None = None
    by: str = "cobranza1"
    note: str = ""


PROMISES = (
    Promise("Textiles Hilo Fino", -2, ((5, 1.0),), note="Espera un pago de su cliente"),
    Promise("Droguería Nueva Vida", -1, ((1, 1.0),), note="Pago programado"),
    Promise(
        "Almacenes Puerto Viejo",
        -6,
        ((0, 0.3), (15, 0.3), (30, 0.4)),
        note="En tres pagos, autorizado por su director",
    ),
    Promise("Beatriz Elena Cano Luján", -12, ((-5, 0.5),), by="cobranza3"),
    Promise(
        "Olga Patricia Nieves Duarte",
        -15,
        ((-6, 0.4),),
        paid=(-6, 0.4),
        by="cobranza3",
    ),
    Promise("Ramiro Sandoval Peña", -20, ((-8, 0.6),), paid=(-9, 0.25), by="cobranza3"),
    # Beyond what a collector may grant.
    Promise(
        "Constructora Cumbres Azules",
        -1,
        ((60, 0.5), (90, 0.5)),
        note="Pide esperar a que le paguen una obra pública",
    ),
)


@dataclass(frozen=True, slots=True)
class Dispute:
    """``share`` of its newest overdue item; ``state`` is how far it has come."""

    debtor: str
    reason: str
    share: float
    opened: int
    description: str
    state: str = "open"
    answer: str = ""


DISPUTES = (
    Dispute(
        "Hoteles Bahía Serena",
        "price",
        0.25,
        -4,
        "Dice que la lista de precios acordada era la de enero.",
    ),
    Dispute(
        "Distribuidora Valle Dorado",
        "damaged",
        0.4,
        -25,
        "Doce cajas llegaron mojadas; hay fotos del almacén.",
        state="analysis",
    ),
    Dispute(
        "Dulcería Arcoíris",
        "returned_goods",
        1.0,
        -12,
        "Devolvió el pedido completo por llegar fuera de fecha.",
        state="founded",
        answer="El almacén confirma la entrada de la devolución.",
    ),
)


@dataclass(frozen=True, slots=True)
class Pause:
    """``items``: how many of its oldest overdue items; 0 for the debtor as a whole."""

    debtor: str
    review: int
    reason: str
    kind: str = "agreed"
    items: int = 0


PAUSES = (
    Pause(
        "Comedores Industriales Sazón",
        20,
        "Se negocia una reestructura con su dirección",
    ),
    Pause(
        "Alimentos del Istmo",
        6,
        "Falta el conocimiento de embarque",
        "internal",
        items=1,
    ),
    Pause("Inmobiliaria Los Almendros", 0, "Se revisa su estado de cuenta"),
)

# Debtor, code of the cause.
CAUSES = (
    ("Rosa María Quintero Salas", "illness"),
    ("Comedores Industriales Sazón", "liquidity"),
    ("Distribuidora Valle Dorado", "our_delivery"),
)

# Debtor, day on which to look at it again.
RESUBMISSIONS = (("Mueblería Roble y Cedro", 4),)
