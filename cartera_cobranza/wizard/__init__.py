from . import (
    base_partner_merge,
    cartera_aging_as_of,
    cartera_consent_register,
    cartera_contact_log,
    cartera_dialer_import,
    cartera_ledger_check,
    cartera_message_compose,
    sms_composer,
)
    cartera_pause_prolong,
