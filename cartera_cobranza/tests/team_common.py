from odoo import Command

from .common import CarteraCommon


class TeamCommon(CarteraCommon):
    """Two collectors and their team, and debtors with cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana = cls._create_user("ana", "own", name="Ana")
        cls.beto = cls._create_user("beto", "own", name="Beto")
        cls.carla = cls._create_user("carla", "supervisor", name="Carla")
        cls.team = cls._create_team("North", {cls.ana: 10, cls.beto: 10})

    @classmethod
    def _create_team(cls, name, capacities, **values):
        return cls.env["cartera.team"].create(
            {
                "name": name,
                "member_ids": [
                    Command.create({"user_id": user.id, "capacity": capacity})
                    for user, capacity in capacities.items()
                ],
                **values,
            }
        )

    @classmethod
    def _create_cases(cls, count, user=None, amount=100, **values):
        """Cases of as many new debtors with one overdue invoice each."""
        debtors = cls.env["res.partner"].create(
            [
                {"name": f"Deudor {number}", "is_company": True, **values}
                for number in range(count)
            ]
        )
        cls._entry(
            "2026-05-01",
            [
                *((cls.receivable, debtor, amount) for debtor in debtors),
                (cls.company_data["default_account_revenue"], None, -amount * count),
            ],
        )
        cases = cls.env["cartera.case"].search([("partner_id", "in", debtors.ids)])
        cases.user_id = user
        return cases.sorted("id")

    @classmethod
    def _absence(cls, user, substitute, start="2026-06-30", end="2026-07-03"):
        return cls.env["cartera.substitution"].create(
            {
                "user_id": user.id,
                "substitute_id": substitute.id,
                "date_from": start,
                "date_to": end,
            }
        )

    @classmethod
    def _rule(cls, **values):
        if "user_id" in values:
            values["mode"] = "user"
        else:
            values.setdefault("team_id", cls.team.id)
        return cls.env["cartera.assignment.rule"].create({"name": "Rule", **values})

    @classmethod
    def _assign(cls):
        today = cls.company._get_cartera_today()
        return cls.env["cartera.assignment.engine"]._assign_cases(cls.company, today)

    @classmethod
    def _owners(cls, cases):
        """How many of the cases each collector has."""
        owned = cases.grouped("user_id")
        return {user.login: len(rows) for user, rows in owned.items()}

    @classmethod
    def _plan(cls, cases, days):
        """The worklist of the cases, on these ISO days; those without day have none."""
        # What is pending would make the worklist anew.
        cls.env["cartera.case.queue"]._apply_pending()
        cases.worklist_ids.sudo().unlink()
        return (
            cls.env["cartera.worklist.entry"]
            .sudo()
            .create(
                [
                    {
                        "case_id": case.id,
                        "company_id": case.company_id.id,
                        "user_id": case.worker_id.id,
                        "date_next": day,
                        "next_action": "attention",
                        "amount": case.amount_overdue,
                    }
                    for case, day in zip(cases, days, strict=False)
                ]
            )
        )

    @classmethod
    def _history(cls, case):
        return [
            (row.user_from_id.login, row.user_to_id.login, row.reason)
            for row in case.owner_ids.sorted("id")
        ]
