from . import (
    base_partner_merge,
    cartera_aging_as_of,
    cartera_consent_register,
    cartera_contact_log,
    cartera_contact_log_panels,
    cartera_dialer_import,
    cartera_follow_up,
    cartera_ledger_check,
    cartera_message_compose,
    cartera_pause_prolong,
    sms_composer,
)
