from . import (
    cartera_agreement_portal,
    cartera_dialer,
    cartera_opt_out,
    cartera_verification,
)
