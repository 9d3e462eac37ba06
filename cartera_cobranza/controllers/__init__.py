from . import cartera_dialer, cartera_opt_out
