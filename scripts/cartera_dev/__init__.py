"""What `make` runs: prepares Odoo 19 and a database server, then uses them.

This file keeps to syntax that any Python still reads, so that a wrong one is told so.
"""

import sys

OLDEST, NEWEST = (3, 10), (3, 13)


def require_python():
    """Ends the program with one sentence unless this Python can run Odoo 19."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    sys.exit(
        "Python %d.%d can't run Odoo 19: use Python 3.10 to 3.13, "
        "for example with 'make demo PYTHON=python3.12'." % sys.version_info[:2]
    )
