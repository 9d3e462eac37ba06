"""The ways to reach a debtor, and what a strategy may do."""

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("letter", "Letter"),
    ("call", "Call"),
    ("visit", "Visit"),
]
SPOKEN = frozenset({"call", "visit"})
WRITTEN = frozenset({"email", "sms", "whatsapp", "letter"})
# Those that a phone number is for.
PHONED = frozenset({"call", "sms", "whatsapp"})

# What a step does besides reaching the debtor.
OTHER_ACTIONS = [
    ("stage", "Move or propose a stage"),
    ("hold", "Hold"),
    ("server_action", "Server action"),
    ("webhook", "Webhook"),
]
ACTIONS = CHANNELS + OTHER_ACTIONS
