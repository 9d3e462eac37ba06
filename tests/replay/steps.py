"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON."""

import json
import sys
from datetime import date
from pathlib import Path

from cartera_dev.inside.session import environment
from witnesses import DAYS, FIRST_DAY

# What all tests share stands in the folder above.
sys.path.append(str(Path(__file__).parents[1]))


def replay(env) -> dict:
    """Lives through the days of the demo and the witnesses; gives what went wrong and
    what the world outside has received."""
    # The add-ons are found once a database is open.
    from days import live_through
    from demo_days import DemoDays
    from town import Town

    company = env.ref("base.main_company")
    first = date.fromisoformat(FIRST_DAY)
    demo, town = DemoDays(company, first, DAYS), Town(company, first)

    def begin():
        demo.build_past()
        town.build()

    def wake(number, day):
        demo.post(day)
        town.live(number)

    failures, world = live_through(env, first, DAYS, begin, wake, town.collect)
    return {
        "failures": failures,
        "mails": [
            {"message_id": mail.message_id, "moment": mail.moment.isoformat()}
            for mail in world.get_mails()
        ],
        "texts": world.texts,
    }


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
