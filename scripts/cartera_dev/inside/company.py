"""Sets the main company up, before its country's chart of accounts is installed.

python -m cartera_dev.inside.company DATABASE NAME COUNTRY CURRENCY LANGUAGE
"""

import sys

from .session import environment


def main(database: str, name: str, country: str, currency: str, language: str) -> None:
    """Gives the company a country and a currency, and everyone the language."""
    with environment(database) as env:
        company = env.ref("base.main_company")
        money = env["res.currency"].with_context(active_test=False)
        company.write(
            {
                "name": name,
                "country_id": env["res.country"].search([("code", "=", country)]).id,
                "currency_id": money.search([("name", "=", currency)]).id,
            }
        )
        company.currency_id.active = True
        partners = company.partner_id | env.ref("base.user_admin").partner_id
        partners.lang = language
        env["ir.default"].set("res.partner", "lang", language)


if __name__ == "__main__":
    main(*sys.argv[1:])
