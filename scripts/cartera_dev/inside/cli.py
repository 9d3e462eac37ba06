"""Odoo's own command line, started in a way that the current folder can't disturb.

`python -m odoo` would look for `odoo` in the current folder first.
"""

import sys

from cartera_dev.inside.clock import set_clock

if __name__ == "__main__":
    sys.argv[0] = "odoo"
    with set_clock():
        from odoo.cli.command import main

        main()
