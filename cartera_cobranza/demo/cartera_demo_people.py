from odoo import Command, api, models

from .dealings import NO_EMAIL, UNREACHABLE
from .debtors import BRANCHES, DEBTORS, PAYABLES, TERMS
from .places import MOBILES, cities, country_of, phone_number, tax_number

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
            "tz": company._get_cartera_tz(),
            # Within Odoo, so that no mail is sent to them.
            "notification_type": "inbox",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(groups.ids)],
            **self._prepare_quiet_start(),
        }

    @api.model
    def _prepare_quiet_start(self):
        """Nobody is greeted by a robot, whose window would hide what there is to do."""
        if "odoobot_state" in self.env["res.users"]._fields:
            return {"odoobot_state": "disabled"}
        return {}

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
        country = self._get_country(company, debtor)
        language = company.partner_id.lang or self.env.lang
        values = {
            "name": debtor.name,
            "is_company": not debtor.person,
            "company_id": company.id,
            "customer_rank": 1,
            "email": f"pagos{rank + 1:02}@clientes.example.com",
            "lang": "en_US" if debtor.english else language,
            "country_id": country.id,
            "vat": tax_number(country.code, debtor.name, rank, debtor.person),
            **self._prepare_address(country, rank, debtor),
        }
        if debtor.name in NO_EMAIL + UNREACHABLE:
            values["email"] = False
        if debtor.name in UNREACHABLE:
            values.update(phone=False, street=False)
        return values

    @api.model
    def _get_country(self, company, debtor):
        """The country of the debtor's city, else the company's own."""
        if debtor.city:
            code = country_of(debtor.city)
            return self.env["res.country"].search([("code", "=", code)])
        return company.account_fiscal_country_id or company.country_id

    @api.model
    def _prepare_address(self, country, rank, debtor):
        places = cities(country.code)
        chosen = [place for place in places if place[0] == debtor.city]
        city, state_code, zip_code, prefix = (
            chosen[0] if chosen else places[rank % len(places)]
        )
        if debtor.person:
            prefix = MOBILES.get(country.code, prefix)
        state = country.state_ids.filtered(lambda state: state.code == state_code)
        return {
            "phone": phone_number(prefix, rank),
            "street": f"Calle {rank % 40 + 1} #{100 + 7 * rank}",
            "city": city,
            "zip": zip_code,
            "state_id": state[:1].id,
        }

    @api.model
    def _create_contacts(self, partners):
        """Put subsidiaries under their parent, branches under their company, and with
        the large ones an address for invoices and the people who pay them."""
        by_name = partners.grouped("name")
        contacts = []
        for rank, (debtor, partner) in enumerate(zip(DEBTORS, partners, strict=True)):
            if debtor.parent:
                partner.parent_id = by_name[debtor.parent]
            if debtor.quirk == "branch":
                contacts += [
                    {"name": name, "parent_id": partner.id, "type": "other"}
                    for name in BRANCHES
                ]
            if debtor.size == "A":
                contacts += self._prepare_payables(rank, partner)
        self.env["res.partner"].create(contacts)

    @api.model
    def _prepare_payables(self, rank, partner):
        """Values of the people at a large debtor who receive invoices and decide."""
        mobile = MOBILES.get(partner.country_id.code, "")
        return [
            {
                "name": PAYABLES[(rank + 2 * place) % len(PAYABLES)],
                "function": function,
                "type": "invoice" if place == 0 else "contact",
                "parent_id": partner.id,
                "email": f"{mailbox}{rank + 1:02}@clientes.example.com",
                "phone": phone_number(mobile, rank + 60 * (place + 1)),
                "lang": partner.lang,
                "cartera_collection_contact": True,
                "cartera_contact_tier": str(place + 1),
            }
            for place, (function, mailbox) in enumerate(
                (
                    ("Cuentas por pagar", "facturas"),
                    ("Gerencia de finanzas", "finanzas"),
                    ("Dirección general", "direccion"),
                )
            )
        ]

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
