import inspect

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import Form, new_test_user, tagged

from .common import CarteraCommon

ROLES = ("own", "collector", "supervisor", "auditor", "accountant")
OUTSIDERS = ("employee", "portal", "public")
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}

# What each of ROLES may do; everything else is closed, and all of it to OUTSIDERS.
MATRIX = {
    "cartera.case": ("rw", "rw", "rw", "r", "r"),
    "cartera.case.queue": ("", "", "", "", ""),
    "cartera.open.item": ("r", "r", "r", "r", "r"),
    "cartera.stage": ("r", "r", "rwcu", "r", "r"),
    "cartera.stage.consequence": ("r", "r", "rwcu", "r", "r"),
    "cartera.stage.move": ("r", "r", "r", "r", "r"),
    "cartera.consequence.log": ("r", "r", "r", "r", "r"),
    "cartera.consequence.release": ("r", "r", "rc", "r", "r"),
    "cartera.aging.policy": ("r", "r", "rwcu", "r", "r"),
    "cartera.aging.bucket": ("r", "r", "rwcu", "r", "r"),
    "cartera.communication": ("rw", "rw", "rw", "r", "r"),
    "cartera.consent": ("rc", "rc", "rc", "r", "r"),
    "cartera.consent.register": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.contact": ("rw", "rw", "rw", "r", "r"),
    "cartera.contact.log": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.contact.refusal": ("r", "r", "r", "r", "r"),
    "cartera.dialer.import": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.contact.policy": ("r", "r", "rwcu", "r", "r"),
    "cartera.contact.policy.cap": ("r", "r", "rwcu", "r", "r"),
    "cartera.contact.policy.window": ("r", "r", "rwcu", "r", "r"),
    "cartera.contact.wording": ("r", "r", "r", "r", "r"),
    "cartera.message.compose": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.message.template": ("r", "r", "rwcu", "r", "r"),
    "cartera.wording.finding": ("r", "r", "r", "r", "r"),
    "cartera.segment": ("r", "r", "rwcu", "r", "r"),
    "cartera.strategy": ("r", "r", "rwcu", "r", "r"),
    "cartera.strategy.step": ("r", "r", "rwcu", "r", "r"),
    "cartera.plan": ("r", "r", "rwcu", "r", ""),
    "cartera.plan.line": ("r", "r", "r", "r", ""),
    "cartera.plan.total": ("", "", "r", "r", ""),
    "cartera.step.execution": ("r", "r", "r", "r", "r"),
    "cartera.webhook.delivery": ("", "", "r", "r", ""),
    "cartera.promise": ("rw", "rw", "rw", "r", "r"),
    "cartera.promise.change": ("r", "r", "r", "r", "r"),
    "cartera.promise.decision": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.charge.decision": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.promise.installment": ("r", "r", "r", "r", "r"),
    "cartera.promise.item": ("r", "r", "r", "r", "r"),
    "cartera.promise.take": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.promise.take.installment": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.promise.take.item": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.promise.policy": ("r", "r", "rwcu", "r", "r"),
    "cartera.agreement": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.agreement.item": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.agreement.installment": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.agreement.change": ("r", "r", "r", "r", "r"),
    "cartera.agreement.decision": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.agreement.coverage": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.agreement.clause": ("r", "r", "rwcu", "r", "r"),
    "cartera.agreement.document": ("r", "r", "r", "r", "r"),
    "cartera.agreement.template": ("r", "r", "rwcu", "r", "r"),
    "cartera.agreement.product": ("r", "r", "rwcu", "r", "r"),
    "cartera.agreement.grid": ("r", "r", "rwcu", "r", "r"),
    "cartera.agreement.ruling": ("", "", "rwcu", "", ""),
    "cartera.agreement.court": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.legal.cost": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.legal.case": ("rwc", "rwc", "rwc", "r", "r"),
    "cartera.legal.measure": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.dispute": ("rwc", "rwc", "rwc", "rw", "rw"),
    "cartera.dispute.item": ("rwcu", "rwcu", "rwcu", "r", "r"),
    "cartera.dispute.reason": ("r", "r", "rwcu", "r", "r"),
    "cartera.pause": ("rwc", "rwc", "rwc", "r", "r"),
    "cartera.pause.prolong": ("rwcu", "rwcu", "rwcu", "", ""),
    "cartera.disposition": ("r", "r", "rwcu", "r", "r"),
    "cartera.cause": ("r", "r", "rwcu", "r", "r"),
    "cartera.case.cause": ("rcu", "rcu", "rcu", "r", "r"),
    "cartera.team": ("r", "r", "rwcu", "r", "r"),
    "cartera.team.member": ("r", "r", "rwcu", "r", "r"),
    "cartera.substitution": ("r", "r", "rwcu", "r", "r"),
    "cartera.team.day": ("r", "r", "r", "r", ""),
    "cartera.transfer": ("", "", "rwcu", "", ""),
    "cartera.assignment.rule": ("r", "r", "rwcu", "r", "r"),
    "cartera.case.owner": ("r", "r", "r", "r", "r"),
    "cartera.worklist.rule": ("r", "r", "rwcu", "r", "r"),
    "cartera.worklist.entry": ("r", "r", "r", "r", "r"),
    "cartera.debtor.group": ("r", "r", "rwcu", "r", "r"),
    "cartera.run": ("", "", "r", "r", ""),
    "cartera.run.phase": ("", "", "r", "r", ""),
    "cartera.run.error": ("", "", "r", "r", ""),
    "cartera.aging.as.of": ("rwcu", "rwcu", "rwcu", "rwcu", "rwcu"),
    "cartera.ledger.check": ("", "", "rwcu", "rwcu", "rwcu"),
    "cartera.ledger.check.line": ("", "", "rcu", "rcu", "rcu"),
}

# What an employee of any department may do, with the records that are his or hers.
OWNERS = {"cartera.dispute": "rw", "cartera.dispute.item": "r"}

# Everything that can be called from outside, looked at one by one: each either asks
# for rights itself, reads a record first, or only returns an action.
PUBLIC_METHODS = {
    "account.move": {
        "action_open_cartera_agreement",
        "action_open_cartera_case",
        "button_cancel",
        "button_draft",
        "create",
        "default_get",
        "write",
    },
    "account.move.line": {"create", "default_get", "write"},
    "account.partial.reconcile": {"create", "unlink"},
    "account.payment": {"write"},
    "cartera.aging.as.of": {"action_open"},
    "cartera.aging.bucket": {"create", "unlink", "write"},
    "cartera.aging.policy": {"copy_data", "create", "write"},
    "cartera.case": {
        "action_accept_proposal",
        "action_agreement",
        "action_call",
        "action_dismiss_proposal",
        "action_dispute",
        "action_explain",
        "action_legal_case",
        "action_log_contact",
        "action_next_debtor",
        "action_note_cause",
        "action_open_consequences",
        "action_open_contacts",
        "action_open_group",
        "action_open_invoices",
        "action_open_items",
        "action_open_legal_cases",
        "action_pause_as_suggested",
        "action_open_pauses",
        "action_pause",
        "action_promise",
        "create",
        "message_post",
        "write",
    },
    "cartera.agreement": {
        "action_accept",
        "action_accept_late",
        "action_approve",
        "action_cancel",
        "action_create_pagare",
        "action_create_pagares",
        "action_declare_broken",
        "action_homologate",
        "action_issue_document",
        "action_issue_pagare",
        "action_issue_pagares",
        "action_lift_notice",
        "action_match_payments",
        "action_open_case",
        "action_open_credits",
        "action_open_refinanced",
        "action_open_refinancing",
        "action_present",
        "action_propose",
        "action_refinance",
        "action_refuse",
        "action_refuse_late",
        "action_reinstate",
        "action_reject_in_court",
        "action_send_offer",
        "action_settle",
        "action_take_all",
        "action_take_checks",
        "action_take_overdue",
        "action_undo_court",
        "action_undo_settlement",
        "action_withdraw",
        "copy_data",
        "create",
        "default_get",
        "write",
    },
    "cartera.agreement.approval": {"action_approve", "action_refuse"},
    "cartera.agreement.checks": {"action_take_checks"},
    "cartera.agreement.decision": {"action_confirm"},
    "cartera.agreement.flow": {
        "action_accept",
        "action_approve",
        "action_cancel",
        "action_propose",
        "action_refuse",
        "action_reinstate",
        "action_withdraw",
    },
    "cartera.agreement.item": {"create", "default_get", "write"},
    "cartera.agreement.marks": {"create", "default_get", "write"},
    "cartera.agreement.part": {"create", "default_get", "write"},
    "cartera.agreement.product": {"copy_data"},
    "cartera.agreement.refinance": {
        "action_open_refinanced",
        "action_open_refinancing",
        "action_refinance",
    },
    "cartera.agreement.terms": {
        "action_open_credits",
        "action_take_all",
        "action_take_overdue",
    },
    "cartera.agreement.writing": {
        "copy_data",
        "create",
        "default_get",
        "write",
    },
    "cartera.agreement.document": {
        "action_download",
        "action_revoke",
        "action_verify",
        "default_get",
        "mail_allowed_qweb_expressions",
    },
    "cartera.agreement.document.content": {"mail_allowed_qweb_expressions"},
    "cartera.agreement.documents": {
        "action_issue_document",
        "action_issue_pagare",
        "action_issue_pagares",
        "write",
    },
    "cartera.agreement.portal": {"action_send_offer", "write"},
    "cartera.communication.offer": {"mail_allowed_qweb_expressions"},
    "cartera.agreement.matching": {"action_match_payments"},
    "cartera.agreement.settlement": {
        "action_match_payments",
        "action_settle",
        "action_undo_settlement",
    },
    "cartera.agreement.settlement.undo": {"action_undo_settlement"},
    "cartera.case.agreement": {"action_agreement"},
    "cartera.case.legal": {"action_legal_case", "action_open_legal_cases"},
    "cartera.agreement.court": {"action_confirm", "create", "write"},
    "cartera.agreement.coverage": {
        "action_bounced",
        "action_give_back",
        "action_hold_again",
        "action_paid",
        "create",
        "default_get",
        "write",
    },
    "cartera.agreement.installment": {
        "action_charge_again",
        "action_waive_charges",
        "create",
        "default_get",
        "write",
    },
    "cartera.agreement.judicial": {
        "action_homologate",
        "action_present",
        "action_reject_in_court",
        "action_undo_court",
    },
    "cartera.agreement.change": {"default_get"},
    "cartera.own.defaults": {"default_get"},
    "cartera.legal.case": {
        "action_close",
        "action_execute",
        "action_invoice_costs",
        "action_leave_execution",
        "action_open_agreements",
        "action_open_case",
        "action_open_invoices",
        "action_reopen",
        "action_resume",
        "action_suspend",
        "create",
        "default_get",
        "write",
    },
    "cartera.legal.cost": {"create", "default_get", "write"},
    "cartera.legal.costs": {"action_invoice_costs", "action_open_invoices"},
    "cartera.legal.handling": {
        "action_close",
        "action_execute",
        "action_leave_execution",
        "action_open_agreements",
        "action_open_case",
        "action_reopen",
        "action_resume",
        "action_suspend",
    },
    "cartera.legal.measure": {"action_release", "write"},
    "cartera.case.aging": {"action_open_items"},
    "cartera.case.owner": {"action_give_back"},
    "cartera.case.team": {"create", "write"},
    "cartera.substitution": {"create", "unlink", "write"},
    "cartera.team.day": {"action_open_figure", "action_transfer", "search_fetch"},
    "cartera.team.day.records": {"action_open_figure", "action_transfer"},
    "cartera.transfer": {"action_transfer", "default_get"},
    "cartera.case.chatter": {"message_post"},
    "cartera.case.contact": {
        "action_call",
        "action_log_contact",
        "action_open_contacts",
    },
    "cartera.case.pause": {"action_open_pauses", "action_pause"},
    "cartera.case.consequence": {"action_open_consequences"},
    "cartera.case.next": {"action_next_debtor", "write"},
    "cartera.case.reply": {"message_post"},
    "cartera.case.causes": {"action_note_cause", "action_pause_as_suggested"},
    "cartera.case.dispute": {"action_dispute"},
    "cartera.case.cause": {"create"},
    "cartera.cause": {"write"},
    "cartera.dispute": {
        "action_analyse",
        "action_credit_note",
        "action_founded",
        "action_open_case",
        "action_reopen",
        "action_unfounded",
        "action_withdraw",
        "create",
        "default_get",
        "write",
    },
    "cartera.dispute.answer": {
        "action_analyse",
        "action_credit_note",
        "action_founded",
        "action_open_case",
        "action_reopen",
        "action_unfounded",
        "action_withdraw",
    },
    "cartera.dispute.item": {
        "create",
        "default_get",
        "unlink",
        "write",
    },
    "cartera.case.stage": {
        "action_accept_proposal",
        "action_dismiss_proposal",
        "write",
    },
    "cartera.case.strategy": {"action_explain", "write"},
    "cartera.communication": {
        "action_cancel",
        "action_confirm",
        "action_mark_posted",
        "action_not_sent",
        "action_open_case",
        "action_open_whatsapp",
        "action_print",
        "action_send_again",
        "mail_allowed_qweb_expressions",
        "write",
    },
    "cartera.communication.notice": {"mail_allowed_qweb_expressions"},
    "cartera.communication.content": {"mail_allowed_qweb_expressions"},
    "cartera.communication.replacement": {"action_send_again"},
    "cartera.consent": {"create"},
    "cartera.case.window": {"create", "write"},
    "cartera.consent.register": {"action_register"},
    "cartera.contact": {"action_open_case", "write"},
    "cartera.contact.log": {"action_log", "action_log_next", "create", "write"},
    "cartera.contact.refusal": {"action_open_case"},
    "cartera.debtor.group": {
        "action_open_cases",
        "action_open_items",
        "create",
        "write",
    },
    "cartera.debtor.member": {"write"},
    "cartera.dialer": {"get_call_list", "register_results"},
    "cartera.dialer.import": {"action_import"},
    "cartera.consequence.log": {"action_open_case"},
    "cartera.consequence.release": {"action_revoke", "create"},
    "cartera.contact.policy": {
        "action_make_own",
        "copy_data",
        "create",
        "unlink",
        "write",
    },
    "cartera.contact.policy.cap": {"create", "unlink", "write"},
    "cartera.contact.policy.row": {"create", "unlink", "write"},
    "cartera.contact.policy.window": {"create", "unlink", "write"},
    "cartera.ledger.check": {"action_check"},
    "cartera.ledger.check.line": {"action_open_journal_items"},
    "cartera.open.item.actions": {
        "action_exclude",
        "action_include",
        "action_open_aging",
        "action_open_case",
        "action_open_document",
    },
    "cartera.open.item": {
        "action_exclude",
        "action_include",
        "action_open_aging",
        "action_open_case",
        "action_open_document",
        "search_fetch",
    },
    "cartera.open.item.reading": {"search_fetch"},
    "cartera.pause": {
        "action_end",
        "action_open_case",
        "action_prolong",
        "create",
        "default_get",
        "write",
    },
    "cartera.pause.prolong": {"action_prolong", "create", "write"},
    "cartera.plan": {
        "action_approve",
        "action_discard",
        "action_open_lines",
        "action_simulate",
        "create",
        "write",
    },
    "cartera.plan.line": {"action_open_case"},
    "cartera.segment": {
        "action_open_cases",
        "copy_data",
        "create",
        "unlink",
        "write",
    },
    "cartera.strategy": {"copy_data"},
    "cartera.strategy.step": {"copy_data"},
    "cartera.promise": {
        "action_approve",
        "action_open_case",
        "action_refuse",
        "action_undo_withdrawal",
        "action_withdraw",
        "create",
        "write",
    },
    "cartera.promise.handling": {
        "action_approve",
        "action_refuse",
        "action_undo_withdrawal",
        "action_withdraw",
    },
    "cartera.promise.decision": {"action_confirm"},
    "cartera.charge.decision": {"action_confirm"},
    "cartera.installment.charges": {"action_charge_again", "action_waive_charges"},
    "cartera.agreement.default": {
        "action_accept_late",
        "action_declare_broken",
        "action_lift_notice",
        "action_refuse_late",
    },
    "cartera.agreement.ruling": {"action_confirm"},
    "cartera.promise.take": {"action_take", "create", "write"},
    "cartera.case.promise": {"action_promise"},
    "cartera.webhook.delivery": {"action_send_again"},
    "cartera.message.compose": {
        "action_send",
        "action_send_when_lawful",
        "create",
        "write",
    },
    "cartera.message.template": {"action_check_wording", "create", "write"},
    "cartera.run": {"action_run", "run"},
    "cartera.stage.consequence": {"create", "unlink", "write"},
    "cartera.stage.move": {"action_open_case"},
    "cartera.worklist.entry": {"action_call", "action_open_case", "action_start"},
    "ir.mail_server": {"send_email"},
    "mail.activity": {"action_cartera_log_contact", "create", "unlink", "write"},
    "ir.module.module": {"module_uninstall"},
    "mail.mail": {"create"},
    "res.company": {"write"},
    "res.partner": {"action_open_cartera_case", "write"},
    "resource.calendar": {"action_cartera_fill_again"},
}


class SecurityCommon(CarteraCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: cls._create_user(f"cartera_{role}", role)
            for role in ("own", "collector", "supervisor", "auditor")
        }
        for name, groups in {
            "accountant": "account.group_account_invoice",
            "employee": "base.group_user,base.group_partner_manager",
            "portal": "base.group_portal",
            "public": "base.group_public",
        }.items():
            cls.users[name] = cls._create_outsider(f"cartera_{name}", groups)
        cls.other_debtor = cls._create_debtor("Ferretería La Tuerca")
        cls._invoice(100, "2026-03-01", due="2026-03-31")
        cls._invoice(200, "2026-03-01", due="2026-03-31", partner=cls.other_debtor)
        cls.env["cartera.run"].run(cls.company)
        cls.case = cls._case()
        cls.other_case = cls._case(cls.other_debtor)
        cls.case.user_id = cls.users["own"]

    @classmethod
    def _create_outsider(cls, login, groups, company=None, **values):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            **values,
        )

    def _as(self, role, records):
        """The records as a user of that role finds them in a request of his own."""
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(self.users[role])


@tagged("post_install", "-at_install", "cartera", "cartera_security")
class TestSecurity(SecurityCommon):
    """Who may do what, role by role and record by record."""

    # -- models -------------------------------------------------------------------

    def test_matrix_of_roles_and_models(self):
        for model, rights in MATRIX.items():
            for role, granted in zip(ROLES, rights, strict=True):
                records = self._as(role, self.env[model])
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            records.has_access(operation), letter in granted
                        )

    def test_outsiders_have_no_access(self):
        for model in MATRIX:
            for role in OUTSIDERS:
                granted = OWNERS.get(model, "") if role == "employee" else ""
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        records = self._as(role, self.env[model])
                        self.assertEqual(
                            records.has_access(operation), letter in granted
                        )

    def test_every_model_is_in_the_matrix(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("cartera.") and not model._abstract
        }
        self.assertEqual(models, set(MATRIX))

    def test_menu_is_shown_to_those_who_read(self):
        root = self.env.ref("cartera_cobranza.cartera_menu_root")
        shown = {
            role
            for role, user in self.users.items()
            if user._is_internal()
            and root.id in self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        }
        self.assertEqual(shown, set(ROLES))

    def test_roles_open_every_menu_they_are_shown(self):
        root = self.env.ref("cartera_cobranza.cartera_menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        for role in ROLES:
            visible = self.env["ir.ui.menu"].with_user(self.users[role])
            for menu in menus.browse(visible._visible_menu_ids()) & menus:
                if not menu.action or menu.action._name == "ir.actions.act_url":
                    continue
                with self.subTest(role=role, menu=menu.complete_name):
                    action = self._as(role, menu.action)
                    if action._name == "ir.actions.server":
                        action = action.sudo(False).run()
                    else:
                        action = action.sudo().read(["res_model", "view_mode"])[0]
                    model = self._as(role, self.env[action["res_model"]])
                    views = [(False, mode) for mode in action["view_mode"].split(",")]
                    model.get_views([*views, (False, "search")])
                    self.assertTrue(model.has_access("read"))

    def test_auditors_see_the_configuration_and_change_nothing(self):
        visible = self.env["ir.ui.menu"].with_user(self.users["auditor"])
        shown = visible._visible_menu_ids()
        for name in ("segment", "strategy", "message_template", "contact_policy"):
            with self.subTest(menu=name):
                menu = self.env.ref(f"cartera_cobranza.cartera_{name}_menu")
                self.assertIn(menu.id, shown)
                model = self.env[f"cartera.{name.replace('_', '.')}"]
                model = self._as("auditor", model)
                arch = etree.fromstring(model.get_view(view_type="form")["arch"])
                for right in ("create", "edit", "delete"):
                    self.assertIn(arch.get(right), ("0", "False", "false"))

    # -- records ------------------------------------------------------------------

    def test_own_cases_only(self):
        for model, field in [
            ("cartera.case", "partner_id"),
            ("cartera.open.item", "debtor_id"),
            ("cartera.stage.move", "partner_id"),
        ]:
            everything = self.env[model].search([("company_id", "=", self.company.id)])
            others = everything.filtered(lambda r, f=field: r[f] == self.other_debtor)
            self.assertTrue(others)
            for role in ROLES:
                with self.subTest(model=model, role=role):
                    found = self._as(role, self.env[model]).search([])
                    if role == "own":
                        self.assertEqual(found[field], self.debtor)
                    else:
                        self.assertEqual(set(found.ids), set(everything.ids))
            with self.assertRaises(AccessError):
                self._as("own", others).read([field])

    def test_own_cases_are_written_and_no_others(self):
        self._as("own", self.case).stage_id = self.stage_administrativa
        self.assertEqual(self.case.stage_id, self.stage_administrativa)
        for values in (
            {"user_id": self.users["own"].id},
            {"stage_id": self.stage_administrativa.id},
        ):
            with self.assertRaises(AccessError):
                self._as("own", self.other_case).write(values)

    def test_a_collector_handed_a_case_sees_it(self):
        case = self._as("own", self.other_case)
        self.assertFalse(case.has_access("read"))
        self._as("collector", self.other_case).user_id = self.users["own"]
        self.assertTrue(self._as("own", self.other_case).has_access("write"))

    def test_readers_write_nothing(self):
        for role in ("auditor", "accountant"):
            case = self._as(role, self.case)
            with self.subTest(role):
                self.assertEqual(case.amount_overdue, 100)
                with self.assertRaises(AccessError):
                    case.user_id = self.users["collector"]
                with self.assertRaises(AccessError):
                    case.stage_id = self.stage_administrativa

    def test_all_readers_leave_notes_but_for_the_auditor(self):
        for role in ROLES:
            case = self._as(role, self.case)
            with self.subTest(role):
                if role == "auditor":
                    with self.assertRaises(AccessError):
                        case.message_post(body="Seen")
                    continue
                message = case.message_post(body="Promised by phone")
                self.assertEqual(message.author_id, self.users[role].partner_id)

    def test_collectors_plan_activities(self):
        for role in ("own", "collector", "supervisor"):
            user = self.users[role]
            activity = self._as(role, self.case).activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id
            )
            self.assertEqual(self._as(role, self.case).activity_ids[-1:], activity)
            activity.action_feedback("Done")
            self.assertEqual(self.case.message_ids[0].author_id, user.partner_id)

    # -- fields of a case ---------------------------------------------------------

    def test_protected_fields_of_a_case(self):
        values = {
            "partner_id": self.other_debtor.id,
            "company_id": self.company.id,
            "amount_total": 0,
            "amount_not_due": 0,
            "amount_overdue": 0,
            "amount_collectable": 0,
            "amount_credit": 0,
            "date_oldest_due": False,
            "bucket_id": False,
            "item_count": 0,
            "overdue_count": 0,
            "segment_id": False,
            "episode": 7,
            "episode_date": "2020-01-01",
            "hold_until": "2020-01-01",
            "hold_reason": "Flood",
            "counsel_id": False,
            "counsel_only": True,
            "promise_amount": 1,
            "promise_date": "2020-01-01",
            "promise_made_on": "2020-01-01",
            "date_last_payment": "2020-01-01",
            "resubmitted_at": "2020-01-01 00:00:00",
            "date_next_due": "2020-01-01",
            "amount_collected": 1,
            "month_collected": "2020-01-01",
            "amount_disputed": 1,
            "amount_promised": 1,
            "amount_agreed": 1,
            "amount_paused": 1,
            "worker_id": False,
            "stage_date": "2020-01-01",
            "stage_proposed_id": False,
            "stage_verdict_id": False,
        }
        for role in ("own", "collector", "supervisor"):
            for name, value in values.items():
                with self.subTest(role=role, field=name):
                    with self.assertRaises(AccessError):
                        self._as(role, self.case).write({name: value})
                    with self.assertRaises(AccessError):
                        self._as(role, self.case).write(
                            {"user_id": self.users["own"].id, name: value}
                        )
        # Nothing stored is left out: what people may write is the rest.
        own_fields = {
            name
            for name, field in self.case._fields.items()
            if field.store
            and field._modules
            and set(field._modules) == {"cartera_cobranza"}
            and field.type != "one2many"
            and name not in MAGIC_COLUMNS
        }
        self.assertEqual(
            own_fields - set(values),
            {
                "date_resubmission",
                "user_id",
                "stage_id",
                "segment_pin_id",
                "segment_pin_until",
                "segment_pin_reason",
                "obligor_ids",
            },
        )

    def test_contacts_are_not_written_through_a_case(self):
        self.debtor.email = "cobros@faro.example"
        for name in ("email", "phone", "partner_active"):
            self._as("collector", self.case).write({name: False})
        self.assertEqual(self.debtor.email, "cobros@faro.example")
        self.assertTrue(self.debtor.active)

    def test_cases_are_neither_made_copied_nor_deleted_by_hand(self):
        debtor = self._create_debtor("Sin deuda")
        values = {
            "partner_id": debtor.id,
            "company_id": self.company.id,
            "stage_id": self.stage_preventiva.id,
        }
        for role in ROLES:
            with self.subTest(role):
                with self.assertRaises(UserError):
                    self._as(role, self.env["cartera.case"]).create(values)
                with self.assertRaises(UserError):
                    self._as(role, self.case).copy({"partner_id": debtor.id})
                with self.assertRaises(AccessError):
                    self._as(role, self.case).unlink()

    def test_a_person_decides_on_court(self):
        self.case.sudo().stage_proposed_id = self.stage_judicial
        for role in ("own", "collector"):
            with self.subTest(role):
                case = self._as(role, self.case)
                for decide in (
                    case.action_accept_proposal,
                    case.action_dismiss_proposal,
                    lambda case=case: case.write({"stage_id": self.stage_judicial.id}),
                ):
                    with self.assertRaises(AccessError):
                        decide()
        self._as("supervisor", self.case).action_accept_proposal()
        self.assertEqual(self.case.stage_id, self.stage_judicial)
        for role in ("own", "collector"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._as(role, self.case).stage_id = self.stage_extrajudicial

    # -- history ------------------------------------------------------------------

    def test_history_is_edited_by_nobody(self):
        move = self.case.stage_move_ids[0]
        values = {
            "case_id": self.case.id,
            "stage_to_id": self.stage_preventiva.id,
            "date": "2026-01-01",
            "reason": "rule",
        }
        administrator = self.env.ref("base.user_admin")
        administrator.sudo().company_ids |= self.company
        self.patch(self, "users", {**self.users, "administrator": administrator})
        for role in (*ROLES, "administrator"):
            with self.subTest(role):
                for edit in (
                    lambda own: own.write({"reason": "cured"}),
                    lambda own: own.unlink(),
                    lambda own: own.create(values),
                ):
                    with self.assertRaises(AccessError):
                        edit(self._as(role, move))
                for command in (
                    Command.create(values),
                    Command.update(move.id, {"reason": "cured"}),
                    Command.delete(move.id),
                    Command.clear(),
                ):
                    with self.assertRaises(AccessError):
                        self._as(role, self.case).write({"stage_move_ids": [command]})

    def test_a_caller_cannot_forge_the_reason_of_a_move(self):
        forged = self._as("collector", self.case).with_context(
            cartera_stage_reason="cured", default_reason="cured", default_user_id=False
        )
        forged.stage_id = self.stage_administrativa
        self.assertRecordValues(
            self.case.stage_move_ids[0],
            [{"reason": "manual", "user_id": self.users["collector"].id}],
        )

    # -- nightly run --------------------------------------------------------------

    def test_only_a_supervisor_starts_a_run(self):
        for role in self.users:
            with self.subTest(role):
                model = self._as(role, self.env["cartera.run"])
                if role == "supervisor":
                    self.assertEqual(model.run().company_id, self.company)
                    model.action_run()
                    continue
                for start in (model.run, model.action_run):
                    with self.assertRaises(AccessError):
                        start()

    def test_a_supervisor_runs_own_companies_only(self):
        other = self.env["res.company"].create({"name": "Ajena"})
        model = self._as("supervisor", self.env["cartera.run"])
        for companies in (other, other.ids, other.id):
            with self.assertRaises(AccessError):
                model.run(companies)
        self.assertFalse(
            self.env["cartera.run"].search([("company_id", "=", other.id)])
        )

    def test_a_run_is_recorded_not_written(self):
        run = self.env["cartera.run"].search([], limit=1)
        for role in ("supervisor", "auditor"):
            for record in (run, run.phase_ids[0]):
                with self.subTest(role=role, model=record._name):
                    with self.assertRaises(AccessError):
                        self._as(role, record).write({"state": "done"})
                    with self.assertRaises(AccessError):
                        self._as(role, record).unlink()

    # -- what can be called -------------------------------------------------------

    def _get_public_methods(self, model):
        return {
            name
            for cls in type(self.env[model]).mro()
            if cls.__module__.startswith("odoo.addons.cartera_cobranza.")
            for name, method in vars(cls).items()
            if inspect.isfunction(inspect.unwrap(method))
            and not name.startswith("_")
            and not getattr(method, "_api_private", False)
        }

    def test_public_methods_are_those_looked_at(self):
        found = {model: self._get_public_methods(model) for model in self.env.registry}
        self.assertEqual(
            {model: methods for model, methods in found.items() if methods},
            PUBLIC_METHODS,
        )

    def test_outsiders_call_nothing(self):
        item = self._find_items()[:1]
        line = self.env["cartera.ledger.check.line"].create(
            {
                "check_id": self.env["cartera.ledger.check"].create({}).id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
            }
        )
        wizard = self.env["cartera.aging.as.of"].create({})
        invoice = self.env["account.move"].search(
            [("partner_id", "=", self.debtor.id)], limit=1
        )
        calls = [
            (self.case, "action_accept_proposal"),
            (self.case, "action_call"),
            (self.case, "action_dismiss_proposal"),
            (self.case, "action_open_invoices"),
            (self.env["cartera.dialer"], "get_call_list"),
            (item, "action_exclude"),
            (item, "action_include"),
            (item, "action_open_document"),
            (line, "action_open_journal_items"),
            (line.check_id, "action_check"),
            (wizard, "action_open"),
            (self.debtor, "action_open_cartera_case"),
            (invoice, "action_open_cartera_case"),
            (invoice, "action_open_cartera_agreement"),
        ]
        for role in OUTSIDERS:
            for records, method in calls:
                with self.subTest(role=role, model=records._name, method=method):
                    with self.assertRaises(AccessError):
                        getattr(self._as(role, records), method)()

    def test_an_own_collector_calls_nothing_on_other_cases(self):
        for method in (
            "action_accept_proposal",
            "action_call",
            "action_dismiss_proposal",
            "action_open_invoices",
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self._as("own", self.other_case), method)()

    def test_wizards_belong_to_who_opened_them(self):
        check = self._as("accountant", self.env["cartera.ledger.check"]).create({})
        line = (
            self.env["cartera.ledger.check.line"]
            .with_user(self.users["accountant"])
            .create(
                {
                    "check_id": check.id,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                }
            )
        )
        wizard = self._as("accountant", self.env["cartera.aging.as.of"]).create({})
        for record in (check, line, wizard):
            with self.subTest(record._name):
                self.assertTrue(self._as("accountant", record).has_access("read"))
                self.assertFalse(self._as("supervisor", record).has_access("read"))

    def test_every_window_is_for_whoever_opened_it(self):
        own = "[('create_uid', '=', user.id)]"
        windows = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("cartera.") and model._transient and not model._abstract
        ]
        self.assertIn("cartera.transfer", windows)
        for name in windows:
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", name), ("groups", "=", False)]
            )
            with self.subTest(name):
                self.assertIn(own, rules.mapped("domain_force"))

    def test_windows_about_a_case_are_not_led_to_another(self):
        theirs = self.other_case._pause(
            {"reason": "Strike", "date_review": "2026-07-05"}
        )
        mine = self.case._pause({"reason": "Flood", "date_review": "2026-07-05"})
        for model, own, other in (
            (
                "cartera.promise.take",
                {"case_id": self.case.id},
                {"case_id": self.other_case.id},
            ),
            (
                "cartera.pause.prolong",
                {"pause_id": mine.id, "reason": "Rain"},
                {"pause_id": theirs.id, "reason": "Rain"},
            ),
        ):
            windows = self._as("own", self.env[model])
            with self.subTest(model), self.assertRaises(AccessError):
                windows.create(other)
            window = windows.create(own)
            with self.subTest(model), self.assertRaises(AccessError):
                window.write(other)

    def test_a_promise_names_no_item_of_another_case(self):
        line = self._receivable_lines(
            self.env["account.move"].search(
                [("partner_id", "=", self.other_debtor.id)], limit=1
            )
        )
        window = self._as("own", self.env["cartera.promise.take"]).create(
            {"case_id": self.case.id}
        )
        own = window.item_ids
        self.assertTrue(own.document)
        foreign = own.create({"take_id": window.id, "line_id": line.id})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(foreign.document)
        self.assertFalse(foreign.date_due)

    def test_each_reader_ages_and_checks(self):
        for role in ROLES:
            with self.subTest(role):
                with Form(self._as(role, self.env["cartera.aging.as.of"])) as form:
                    form.date = "2026-05-31"
                form.record.action_open()
                items = self._as(role, self.env["cartera.open.item"]).with_context(
                    cartera_as_of="2026-05-31"
                )
                amount = 100 if role == "own" else 300
                self.assertEqual(
                    items._read_group([], [], ["amount_residual:sum"]), [(amount,)]
                )
                if role in ("own", "collector"):
                    continue
                check = self._as(role, self.env["cartera.ledger.check"]).create({})
                check.action_check()
                self.assertTrue(check.checked)
                self.assertFalse(check.line_ids)


@tagged("post_install", "-at_install", "cartera", "cartera_security")
class TestCompanies(SecurityCommon):
    """Companies don't mix; branches are companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_company = cls.env["res.company"].create({"name": "Ajena"})
        cls.branch = cls.env["res.company"].create(
            {"name": "Sucursal", "parent_id": cls.company.id}
        )
        cls.foreign = cls._create_records(cls.foreign_company)
        cls.in_branch = cls._create_records(cls.branch)

    @classmethod
    def _create_records(cls, company):
        """One record of each kind that belongs to ``company``."""
        case = (
            cls.env["cartera.case"]
            .sudo()
            .create(
                {
                    "partner_id": cls._create_debtor(f"Debtor of {company.name}").id,
                    "company_id": company.id,
                    "stage_id": cls.stage_preventiva.id,
                }
            )
        )
        case.stage_id = cls.stage_administrativa
        run = (
            cls.env["cartera.run"]
            .sudo()
            .create(
                {"company_id": company.id, "date": "2026-06-01", "state": "warning"}
            )
        )
        phase = (
            cls.env["cartera.run.phase"]
            .sudo()
            .create({"run_id": run.id, "phase": "refresh", "state": "done"})
        )
        error = (
            cls.env["cartera.run.error"]
            .sudo()
            .create(
                {"run_id": run.id, "phase_id": phase.id, "message": "Something failed"}
            )
        )
        stage = (
            cls.env["cartera.stage"]
            .sudo()
            .create({"name": "Own", "code": "own", "company_id": company.id})
        )
        policy = (
            cls.env["cartera.aging.policy"]
            .sudo()
            .create(
                {
                    "name": "Own",
                    "company_id": company.id,
                    "bucket_ids": [
                        Command.create({"name": "0", "day_from": 0}),
                        Command.create({"name": "1", "day_from": 1}),
                    ],
                }
            )
        )
        records = (
            case,
            case.stage_move_ids,
            run,
            phase,
            error,
            stage,
            policy,
            policy.bucket_ids,
            *cls._create_contact_records(case),
        )
        return {record._name: record for record in records}

    @classmethod
    def _create_contact_records(cls, case):
        """A contact with the debtor, one that was refused, and a consent."""
        contact = cls.env["cartera.contact"]._log(
            [{"case_id": case.id, "channel": "email", "reached": "sent"}]
        )
        refusals = cls.env["cartera.contact.refusal"].sudo()
        refusals._keep(
            [
                {
                    "case_id": case.id,
                    "channel": "call",
                    "verdict": "refuse",
                    "rule": "consent",
                    "origin": "manual",
                    "day": "2026-06-30",
                    "date": "2026-06-30 10:00:00",
                }
            ]
        )
        consent = (
            cls.env["cartera.consent"]
            .sudo()
            .create(
                {
                    "partner_id": case.partner_id.id,
                    "company_id": case.company_id.id,
                    "channel": "email",
                    "source": "contract",
                }
            )
        )
        return contact, refusals.search([("case_id", "=", case.id)]), consent

    def _found(self, records, companies=None):
        """Whether a supervisor, in these companies, finds the records, and may read
        them."""
        model = self._as("supervisor", records)
        if companies:
            model = model.with_context(allowed_company_ids=companies.ids)
        found = model.browse().search([("id", "in", records.ids)])
        self.assertEqual(found, model._filtered_access("read"))
        return bool(found)

    def test_records_of_another_company(self):
        for model, records in self.foreign.items():
            with self.subTest(model):
                self.assertFalse(self._found(records))
                with self.assertRaises(AccessError):
                    self._as("supervisor", records).read(["display_name"])

    def test_records_of_both_companies_of_a_user(self):
        self.users["supervisor"].company_ids |= self.foreign_company
        both = self.company | self.foreign_company
        for model, records in self.foreign.items():
            with self.subTest(model):
                self.assertTrue(self._found(records, both))
                self.assertTrue(self._found(records, self.foreign_company))
                self.assertFalse(self._found(records, self.company))
        for records in (self.case, self.case.stage_move_ids, self._find_items()):
            with self.subTest(records._name):
                self.assertTrue(self._found(records, both))
                self.assertFalse(self._found(records, self.foreign_company))

    def test_records_of_a_branch(self):
        for model, records in self.in_branch.items():
            with self.subTest(model):
                self.assertFalse(self._found(records))
        self.users["supervisor"].company_ids |= self.branch
        for model, records in self.in_branch.items():
            with self.subTest(model):
                self.assertTrue(self._found(records, self.company | self.branch))

    def test_policy_of_the_parent_serves_its_branch(self):
        self.in_branch["cartera.aging.policy"].sudo().company_id = self.company
        branch_user = self._create_outsider(
            "cartera_sucursal", "cartera_cobranza.group_cartera_supervisor", self.branch
        )
        self.patch(self, "users", {"supervisor": branch_user})
        for model in ("cartera.aging.policy", "cartera.aging.bucket"):
            self.assertTrue(self._found(self.in_branch[model]))

    def test_companies_that_a_user_does_not_have_cannot_be_asked_for(self):
        for model, records in self.foreign.items():
            with self.subTest(model), self.assertRaises(AccessError):
                self._found(records, self.foreign_company)

    def test_stage_and_collector_are_of_the_company(self):
        with self.assertRaises(UserError):
            self.case.stage_id = self.foreign["cartera.stage"]
        stranger = self._create_outsider(
            "cartera_ajena",
            "cartera_cobranza.group_cartera_collector",
            self.foreign_company,
        )
        with self.assertRaises(UserError):
            self.case.user_id = stranger

    def test_ledger_check_is_kept_to_the_companies_selected(self):
        self.users["supervisor"].company_ids |= self.foreign_company
        both = (self.company | self.foreign_company).ids
        check = (
            self._as("supervisor", self.env["cartera.ledger.check"])
            .with_context(allowed_company_ids=both)
            .create({})
        )
        self.assertEqual(check.company_ids.ids, both)
        self.env["account.move.line"].flush_model()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = amount_residual + 1 "
            "WHERE id IN %s",
            [tuple(self._find_items().move_line_id.ids)],
        )
        alone = check.with_context(allowed_company_ids=self.foreign_company.ids)
        alone.action_check()
        self.assertFalse(alone.line_ids)
        check.action_check()
        self.assertEqual(check.line_ids.company_id, self.company)
