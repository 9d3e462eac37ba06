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
# A Colombian debtor who has not authorised any channel; a collector tries to call.
UNAUTHORISED = "Andrés Felipe Montoya Gil"
OPTED_OUT = (("Posada Los Faroles", "email", "link"),)

# Debtor whose transfer stands on the bank statement and is not matched yet.
RECEIPTS = ("Agroinsumos La Parcela",)

# What every message says of the company, where it says nothing of itself yet.
CREDITOR = {
    "email": "cobranza@distribuidora.example.com",
    "street": "Blvd. del Comercio 1200",
    "city": "León",
    "zip": "37000",
}
HOW_TO_PAY = (
    "Transferencia a la cuenta 0000 0000 00 de Banco Ejemplo, a nombre de la empresa.\n"
    "Referencia: el número de su factura. Responda a este mensaje con el comprobante."
)

# What comes of the e-mails of a day: the first is answered, these have a fate.
FATES = {3: "bounced", 5: "failed", 8: "unconfirmed"}
POSTED_EVERY = 2
REFUSED_BY_SERVER = "451 4.3.2 El servidor de correo no está disponible"
BOUNCE = "550 5.1.1 El buzón de destino no existe"
CALLS = (
    ("no_answer", "No contesta; se intentará otro día"),
    ("reached", "Confirma que recibió la factura; está en revisión con su almacén"),
    ("third_party", "Contestó recepción; no se dijo de qué se trata"),
    ("reached", "Pide que se le reenvíe el estado de cuenta"),
    ("wrong_number", "El número ya no es de la empresa"),
    ("no_answer", "Buzón de voz"),
)
REPLY = (
    "Buen día: el pago está programado para el viernes. Les enviaré el comprobante. "
    "Saludos."
)
