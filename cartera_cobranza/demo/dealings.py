"""What was agreed with the demo's debtors, or went wrong with them, as plain data.

Debtors are named as in ``debtors``; days are counted from today.
"""

NO_EMAIL = ("Abarrotes Don Chucho",)
# Neither e-mail, telephone nor street.
UNREACHABLE = ("Carnes Selectas El Corral",)

# Who allowed which channels, how, and what proves it.
CONSENTS = (
    (
        "Lucía Fernanda Tello Parra",
        ("email", "sms", "call"),
        "form",
        "Autorización de canales, folio 0412",
    ),
    (
        "Julián Esteban Rojas Vega",
        ("email", "whatsapp", "call"),
        "contract",
        "Contrato de suministro 2025-118",
    ),
)
# A Colombian debtor who has not authorised any channel is "Andrés Felipe Montoya Gil".
OPTED_OUT = (("Posada Los Faroles", "email", "link"),)

# Debtor, days to go, why.
HOLDS = (
    (
        "Comedores Industriales Sazón",
        20,
        "Se negocia una reestructura con su dirección",
    ),
)

# Debtor, days from the day it was made to today, days from today to the promised one,
# share of what was overdue.
PROMISES = (
    ("Textiles Hilo Fino", 2, 5, 1.0),
    ("Beatriz Elena Cano Luján", 12, -3, 0.5),
)

# Debtor whose transfer stands on the bank statement and is not matched yet.
RECEIPTS = ("Materiales Piedra Blanca",)
