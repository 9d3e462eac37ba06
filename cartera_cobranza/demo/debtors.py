"""Who owes the demo company money: fictional debtors and how each of them pays.

``size`` sets how often and how much they buy, ``habit`` how they pay (see ``plan``),
``days`` the instalments of their payment term. ``silent`` is for how many days they
have paid nothing at all; ``foreign`` picks the first or second foreign currency.
``quirk`` is the one odd thing about a debtor, and ``parent`` names the debtor that
owns this one. ``city`` is one of ``places.CITIES`` where it matters in which, and
``english`` debtors are written to in English.
"""

from dataclasses import dataclass

TERMS = {
    (15,): "15 días",
    (30,): "30 días",
    (60,): "60 días",
    (30, 60, 90): "30-60-90 días",
}


@dataclass(frozen=True, slots=True)
class Debtor:
    name: str
    size: str
    habit: str
    days: tuple[int, ...] = (30,)
    trade: str = "Abarrotes"
    silent: int = 0
    foreign: int = 0
    quirk: str = ""
    parent: str = ""
    person: bool = False
    city: str = ""
    english: bool = False


QUARTERLY = (30, 60, 90)
HARDWARE, PHARMACY, HOTEL, RETAIL = "Ferretería", "Farmacia", "Hotelería", "Mayorista"

PERSONS = tuple(
    Debtor(name, "C", "silent", days, silent=silent, person=True, city=city)
    for name, days, silent, city in (
        ("Rosa María Quintero Salas", (15,), 45, "Quito"),
        ("Héctor Iván Ocampo Ruiz", (15,), 60, ""),
        ("Lucía Fernanda Tello Parra", (15,), 40, "Bogotá"),
        ("Andrés Felipe Montoya Gil", (30,), 70, "Medellín"),
        ("Beatriz Elena Cano Luján", (15,), 110, "Lima"),
        ("Ramiro Sandoval Peña", (30,), 180, "Santiago"),
        ("Olga Patricia Nieves Duarte", (30,), 80, "Buenos Aires"),
        ("Julián Esteban Rojas Vega", (15,), 35, "Cali"),
    )
)

DEBTORS = (
    Debtor("Supermercados La Colina", "A", "punctual", (60,), RETAIL),
    Debtor("Tiendas El Farol", "A", "punctual", (30,)),
    Debtor("Comercializadora Tres Ríos", "A", "slow", QUARTERLY, RETAIL),
    Debtor("Grupo Ferretero Altamira", "A", "punctual", QUARTERLY, HARDWARE),
    Debtor("Altamira del Norte", "B", "slow", parent="Grupo Ferretero Altamira"),
    Debtor("Altamira del Sur", "B", "chronic", parent="Grupo Ferretero Altamira"),
    Debtor("Farmacias Santa Lucía", "A", "slow", (60,), PHARMACY, quirk="branch"),
    Debtor("Hoteles Bahía Serena", "A", "chronic", (60,), HOTEL),
    Debtor("Autoservicios Monte Verde", "A", "punctual", (30,), RETAIL),
    Debtor("Distribuidora Valle Dorado", "A", "part", QUARTERLY, RETAIL),
    Debtor("Almacenes Puerto Viejo", "A", "silent", (30,), RETAIL, silent=45),
    Debtor(
        "Importadora Caribe Azul",
        "B",
        "punctual",
        (60,),
        RETAIL,
        foreign=1,
        city="Guayaquil",
    ),
    Debtor(
        "Alimentos del Istmo",
        "B",
        "slow",
        (30,),
        foreign=1,
        city="Miami",
        english=True,
    ),
    Debtor(
        "Exportadora Las Garzas",
        "B",
        "silent",
        (30,),
        RETAIL,
        silent=95,
        foreign=1,
        city="Valparaíso",
    ),
    Debtor(
        "Delicias Mediterráneas",
        "B",
        "slow",
        (60,),
        HOTEL,
        foreign=2,
        city="Las Palmas de Gran Canaria",
    ),
    Debtor("Abarrotes La Esperanza", "B", "punctual", (15,)),
    Debtor("Abarrotes Don Chucho", "B", "slow", (15,)),
    Debtor("Misceláneas Unidas del Centro", "B", "punctual"),
    Debtor("Ferretería El Tornillo Feliz", "B", "chronic", (30,), HARDWARE),
    Debtor("Materiales Piedra Blanca", "B", "slow", QUARTERLY, HARDWARE),
    Debtor("Acabados Los Encinos", "B", "punctual", QUARTERLY, HARDWARE),
    Debtor("Farmacia San Rafael", "B", "punctual", (30,), PHARMACY),
    Debtor("Botica El Alba", "B", "slow", (30,), PHARMACY),
    Debtor("Droguería Nueva Vida", "B", "chronic", (60,), PHARMACY),
    Debtor("Hotel Mirador del Lago", "B", "punctual", (30,), HOTEL, quirk="branch"),
    Debtor("Restaurantes Fogón Criollo", "B", "slow", (15,), HOTEL),
    Debtor("Cafeterías Grano y Brasa", "B", "part", (30,), HOTEL),
    Debtor("Panificadora Trigo de Oro", "B", "punctual", (15,), quirk="on_account"),
    Debtor("Dulcería Arcoíris", "B", "punctual", (30,), quirk="dispute"),
    Debtor("Lácteos Hacienda Vieja", "B", "slow", (30,), quirk="dispute"),
    Debtor("Bodega El Ahorro", "B", "punctual", (30,), RETAIL, quirk="on_account"),
    Debtor("Mercados del Pueblo", "B", "slow", (30,), RETAIL, quirk="on_account"),
    Debtor("Papelería y Regalos Iris", "B", "punctual", (30,), quirk="credit"),
    Debtor("Vinos y Licores La Cava", "B", "part", (30,), RETAIL, quirk="returns"),
    Debtor("Plásticos Horizonte", "B", "chronic", (30,), HARDWARE, quirk="no_followup"),
    Debtor("Eléctrica Los Volcanes", "B", "slow", (60,), HARDWARE, quirk="blocked"),
    Debtor("Agroinsumos La Parcela", "B", "silent", QUARTERLY, silent=20),
    Debtor("Textiles Hilo Fino", "B", "silent", (30,), RETAIL, silent=75),
    Debtor("Carnes Selectas El Corral", "B", "silent", (30,), silent=150),
    Debtor("Comedores Industriales Sazón", "B", "silent", (30,), HOTEL, silent=200),
    Debtor("Constructora Cumbres Azules", "B", "silent", (60,), HARDWARE, silent=260),
    Debtor("Mueblería Roble y Cedro", "B", "silent", (30,), RETAIL, silent=390),
    Debtor("Inmobiliaria Los Almendros", "B", "silent", (30,), HARDWARE, silent=440),
    Debtor("Refacciones El Pistón", "B", "silent", (30,), HARDWARE, 300, 0, "archived"),
    Debtor("Tienda La Guadalupana", "C", "punctual", (15,)),
    Debtor("Cremería Los Pinos", "C", "slow", (15,)),
    Debtor("Frutería El Paraíso", "C", "punctual", (15,)),
    Debtor("Minisúper La Esquina", "C", "chronic"),
    Debtor("Tlapalería Hermanos Rentería", "C", "slow", (30,), HARDWARE),
    Debtor("Farmacia del Carmen", "C", "punctual", (30,), PHARMACY),
    Debtor("Posada Los Faroles", "C", "slow", (30,), HOTEL),
    Debtor("Fonda Doña Meche", "C", "part", (15,), HOTEL),
    *PERSONS,
)

BRANCHES = ("Sucursal Centro", "Sucursal Aeropuerto")

# Who works in the accounts of the large debtors.
PAYABLES = (
    "Alma Delia Ríos Franco",
    "Benjamín Cortés Lara",
    "Consuelo Prado Meza",
    "Daniel Urrutia Solís",
    "Edith Zambrano Villa",
    "Fausto Medrano Cid",
    "Gloria Inés Tapia Mora",
)

SALESPEOPLE = (
    ("vendedor1", "Mariana Escobedo Luna"),
    ("vendedor2", "Óscar Iván Treviño Mata"),
    ("vendedor3", "Paola Andrea Restrepo Gil"),
    ("vendedor4", "Gustavo Adolfo Bermúdez"),
)

ROLES = (
    ("cobranza1", "Claudia Ibarra Montes", "cartera_cobranza.group_cartera_collector"),
    ("cobranza2", "Fernando Aguirre Soto", "cartera_cobranza.group_cartera_collector"),
    ("cobranza3", "Norma Leticia Quiroz", "cartera_cobranza.group_cartera_own"),
    (
        "supervisor",
        "Teresa Villalobos Nava",
        "cartera_cobranza.group_cartera_supervisor",
    ),
    ("auditor", "Ricardo Palomino Cruz", "cartera_cobranza.group_cartera_auditor"),
    ("contadora", "Silvia Montaño Rivas", "account.group_account_invoice"),
)

GOODS = {
    "Abarrotes": ("Arroz súper extra, saco 50 kg", "Aceite vegetal, caja 12 x 1 L"),
    HARDWARE: ("Cemento gris, tarima 40 sacos", "Cable calibre 12, rollo 100 m"),
    PHARMACY: ("Material de curación, surtido", "Pañales, caja 4 paquetes"),
    HOTEL: ("Café tostado, bulto 25 kg", "Blancos y amenidades, lote"),
    RETAIL: ("Surtido mensual de abarrotes", "Limpieza del hogar, tarima"),
}
