from odoo import Command, api, models

from .debtors import BRANCHES, DEBTORS, TERMS
from .places import cities, tax_number

DEMO_TAG = "Cartera demo"


class CarteraDemoPeople(models.AbstractModel):
    """Makes the demo's users and debtors.

    A tag on the debtors marks a company that has its demo: it goes when they go, where
    a parameter would outlive them and XML ids would have them deleted, or fail to be,
    when the module is uninstalled.
    """

    _name = "cartera.demo.people"
    _description = "Demo Users and Debtors"

    @api.model
    def _has_debtors(self, company):
        """Whether the company has debtors of this demo, archived ones included."""
        tag = self._get_tags([DEMO_TAG])
        domain = [("category_id", "in", tag.ids), ("company_id", "=", company.id)]
        partners = self.env["res.partner"].with_context(active_test=False)
        return bool(partners.search_count(domain, limit=1))

    @api.model
    def _create_users(self, company, people):
        """Create the users who are missing, each with its login for a password.

        :param people: (login, name) or (login, name, group) tuples, the group being
            one of this module's XML ids
        :return: the users in the same order
        """
        Users = self.env["res.users"].with_context(active_test=False)
        known = {
            user.login: user
            for user in Users.search([("login", "in", [row[0] for row in people])])
        }
        language = company.partner_id.lang or self.env.lang or "en_US"
        missing = [
            self._prepare_user(company, language, *row)
            for row in people
            if row[0] not in known
        ]
        known.update((user.login, user) for user in Users.create(missing))
        users = Users.browse(known[row[0]].id for row in people)
        users.company_ids = [Command.link(company.id)]
        return users

    @api.model
    def _prepare_user(self, company, language, login, name, group=None):
        groups = self.env.ref("base.group_user")
        if group:
            groups += self.env.ref(group)
        return {
            "login": login,
            "password": login,
            "name": name,
            "email": f"{login}@distribuidora.example.com",
            "lang": language,
            "tz": self.env.user.tz,
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(groups.ids)],
        }

    @api.model
    def _create_debtors(self, company, salespeople):
        """Create the debtors of ``debtors.DEBTORS`` with their contacts, in that order.

        :return: the commercial partners
        """
        tags = self._get_tags(
            [DEMO_TAG, *sorted({debtor.trade for debtor in DEBTORS})], create=True
        ).grouped("name")
        terms = self._create_terms(company)
        partners = self.env["res.partner"].create(
            [
                {
                    **self._prepare_debtor(company, rank, debtor),
                    "user_id": salespeople[rank % len(salespeople)].id,
                    "property_payment_term_id": terms[debtor.days].id,
                    "category_id": [
                        Command.set((tags[DEMO_TAG] + tags[debtor.trade]).ids)
                    ],
                }
                for rank, debtor in enumerate(DEBTORS)
            ]
        )
        self._create_contacts(partners)
        return partners

    @api.model
    def _prepare_debtor(self, company, rank, debtor):
        country = company.account_fiscal_country_id or company.country_id
        places = cities(country.code)
        city, state_code, zip_code, prefix = places[rank % len(places)]
        state = country.state_ids.filtered(lambda state: state.code == state_code)
        return {
            "name": debtor.name,
            "is_company": not debtor.person,
            "company_id": company.id,
            "customer_rank": 1,
            "email": f"pagos{rank + 1:02}@clientes.example.com",
            "phone": f"{prefix} {1000 + 37 * rank}",
            "street": f"Calle {rank % 40 + 1} #{100 + 7 * rank}",
            "city": city,
            "zip": zip_code,
            "state_id": state[:1].id,
            "country_id": country.id,
            "lang": company.partner_id.lang or self.env.lang,
            "vat": tax_number(country.code, debtor.name, rank, debtor.person),
        }

    @api.model
    def _create_contacts(self, partners):
        """Put subsidiaries under their parent and branches under their company."""
        by_name = partners.grouped("name")
        branches = []
        for debtor, partner in zip(DEBTORS, partners, strict=True):
            if debtor.parent:
                partner.parent_id = by_name[debtor.parent]
            if debtor.quirk == "branch":
                branches += [
                    {"name": name, "parent_id": partner.id, "type": "other"}
                    for name in BRANCHES
                ]
        self.env["res.partner"].create(branches)

    @api.model
    def _create_terms(self, company):
        """Create the payment terms of the company, keyed by days of instalments."""
        terms = self.env["account.payment.term"].create(
            [
                {
                    "name": name,
                    "company_id": company.id,
                    "line_ids": [
                        Command.create(
                            {
                                "value": "percent",
                                "value_amount": share,
                                "delay_type": "days_after",
                                "nb_days": day,
                            }
                        )
                        for day, share in zip(days, self._shares(days), strict=True)
                    ],
                }
                for days, name in TERMS.items()
            ]
        )
        return dict(zip(TERMS, terms, strict=True))

    @api.model
    def _shares(self, days):
        """Percentages of equal instalments, the last one taking what is left."""
        share = round(100 / len(days), 2)
        return [share] * (len(days) - 1) + [round(100 - share * (len(days) - 1), 2)]

    @api.model
    def _get_tags(self, names, create=False):
        """Return the partner tags so named, made where missing if ``create``."""
        Category = self.env["res.partner.category"].with_context(
            active_test=False, lang=None
        )
        tags = Category.search([("name", "in", names)])
        if create:
            missing = [name for name in names if name not in tags.mapped("name")]
            tags += Category.create([{"name": name} for name in missing])
        return tags
