from odoo import api, fields, models

from .cartera_dispute_answer import UNANSWERED


class CarteraTeamDayRecords(models.AbstractModel):
    """The records behind the figures of the supervisor's screen, and what is done
    about them."""

    _name = "cartera.team.day.records"
    _description = "Records Behind the Figures of a Team"

    def action_open_figure(self):
        """Open the records behind the figure that the context names in
        ``cartera_figure``."""
        self.ensure_one()
        self.check_access("read")
        name = self.env.context["cartera_figure"]
        model_name, domain = self._get_records_of(name)
        return {
            "type": "ir.actions.act_window",
            "name": self._fields[name]._description_string(self.env),
            "res_model": model_name,
            "view_mode": "list,form",
            "views": [
                (self._get_list_view(model_name), "list"),
                (False, "form"),
            ],
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def _get_list_view(self, model_name):
        views = {
            "account.partial.reconcile": "account_partial_reconcile_view_list",
            "cartera.promise.installment": "cartera_promise_installment_view_list",
        }
        if model_name not in views:
            return False
        return self.env.ref(f"cartera_cobranza.{views[model_name]}").id

    def _get_records_of(self, name):
        """The model and the domain of the records that the figure ``name`` counts.

        :return: ``(model name, list)``
        """
        groups = [
            self._get_case_domains(),
            self._get_contact_domains(),
            self._get_promise_domains(),
            self._get_judged_domains(),
            self._get_late_disputes(),
            self._get_collected(),
        ]
        for model_name, domains in groups:
            if name in domains:
                return model_name, domains[name]
        raise ValueError(f"{name} is no figure with records behind it")

    def _get_moments(self):
        today = self.company_id._get_cartera_today()
        start, stop = self.company_id._get_cartera_day_bounds(today)
        to_string = fields.Datetime.to_string
        return fields.Date.to_string(today), to_string(start), to_string(stop)

    def _get_case_domains(self):
        today, start, stop = self._get_moments()
        month = f"{today[:8]}01"
        company = ("company_id", "=", self.company_id.id)
        works_on = [company, ("worker_id", "=", self.user_id.id)]
        is_open = ("item_count", ">", 0)
        due = ("worklist_ids.date_next", "<=", today)
        contacts = [
            ("user_id", "!=", False),
            ("date", ">=", start),
            ("date", "<", stop),
        ]
        worked = ("contact_ids", "any", contacts)
        unworked = ("contact_ids", "not any", contacts)
        return "cartera.case", {
            "case_count": [*works_on, is_open],
            "owned_count": [company, ("user_id", "=", self.user_id.id), is_open],
            "due_count": [*works_on, due],
            "worked_count": [*works_on, worked],
            "unworked_count": [*works_on, due, unworked],
            "neglected_count": [*works_on, ("worklist_ids.is_starved", "=", True)],
            "amount_overdue": [*works_on, ("amount_overdue", "!=", 0)],
            "amount_worked": [*works_on, worked],
            "amount_collectable": [*works_on, ("worklist_ids", "!=", False)],
            "amount_attended": [
                *works_on,
                ("worklist_ids.date_attended", ">=", month),
            ],
        }

    def _get_contact_domains(self):
        _today, start, stop = self._get_moments()
        logged = [
            ("company_id", "=", self.company_id.id),
            ("user_id", "=", self.user_id.id),
            ("user_id", "!=", False),
            ("date", ">=", start),
            ("date", "<", stop),
        ]
        results = {
            "reached_count": "reached",
            "third_party_count": "third_party",
            "no_answer_count": "no_answer",
            "wrong_count": "wrong_number",
        }
        return "cartera.contact", {
            "contact_count": logged,
            **{
                name: [*logged, ("reached", "=", result)]
                for name, result in results.items()
            },
        }

    def _get_promise_domains(self):
        today, _start, _stop = self._get_moments()
        company = ("company_id", "=", self.company_id.id)
        mine = [company, ("user_id", "=", self.user_id.id), ("user_id", "!=", False)]
        taken = [
            *mine,
            ("date_made", "=", today),
            ("state", "not in", ["refused", "withdrawn"]),
        ]
        return "cartera.promise", {
            "promise_count": taken,
            "amount_promised": taken,
            "promise_due_count": [
                company,
                ("case_id.worker_id", "=", self.user_id.id),
                ("state", "=", "open"),
                (
                    "installment_ids",
                    "any",
                    [("state", "=", "open"), ("date", "=", today)],
                ),
            ],
        }

    def _get_judged_domains(self):
        """Payment by payment: of one promise some may have been judged earlier."""
        today, _start, _stop = self._get_moments()
        judged = [
            ("company_id", "=", self.company_id.id),
            ("promise_id.user_id", "=", self.user_id.id),
            ("promise_id.user_id", "!=", False),
            ("date_judged", ">=", f"{today[:8]}01"),
            ("date_judged", "<=", today),
        ]
        return "cartera.promise.installment", {
            "amount_kept": [*judged, ("state", "in", ["kept", "partial"])],
            "amount_broken": [*judged, ("state", "in", ["broken", "partial"])],
        }

    def _get_late_disputes(self):
        today, _start, _stop = self._get_moments()
        return "cartera.dispute", {
            "dispute_late_count": [
                ("company_id", "=", self.company_id.id),
                ("case_id.worker_id", "=", self.user_id.id),
                ("state", "in", UNANSWERED),
                ("date_deadline", "<", today),
            ]
        }

    def _get_collected(self):
        today = self.company_id._get_cartera_today()
        debtors = self.env["cartera.case"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("user_id", "=", self.user_id.id),
                ("amount_collected", "!=", 0),
                ("month_collected", "=", today.replace(day=1)),
            ],
            ["partner_id"],
        )
        return "account.partial.reconcile", {
            "amount_collected": self.env["cartera.collected"]._get_paid_domain(
                self.company_id, today, debtors.partner_id
            )
        }

    def action_transfer(self):
        """Open the window that gives work of this row to others."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_transfer_action"
        )
        is_due = self.due_count and not self.substitute_id
        action["context"] = {
            "default_company_id": self.company_id.id,
            "default_source": "collector" if self.user_id else "nobody",
            "default_user_from_id": self.user_id.id,
            "default_which": "due" if is_due else "all",
        }
        return action
