"""What installing and uninstalling does beyond the data files."""

from odoo import fields


def post_init_hook(env):
    """Open the cases of the invoices that are in the ledger already, with the
    episodes, segments and stages that their age asks for. Nobody is contacted."""
    policy = env.ref("cartera_cobranza.cartera_aging_policy_standard")
    companies = env["res.company"].search([])
    without_policy = companies.filtered(lambda c: not c.cartera_aging_policy_id)
    for company in companies - without_policy:
        env["cartera.case.refresh"]._refresh(company)
    # With a policy the cases come by themselves.
    without_policy.cartera_aging_policy_id = policy
    companies._propose_agreement_settings()
    for company in companies:
        today = company._get_cartera_today()
        env["cartera.episode.engine"]._update(company, today)
        env["cartera.segment.engine"]._assign(company, today)
        env["cartera.stage.engine"]._move_cases(company, today)
        env["cartera.collected"]._refresh(company, today)
        env["cartera.worklist.engine"]._refresh(company, today)


def uninstall_hook(env):
    """Take back what stands in records and tables of Odoo, which the uninstallation
    leaves."""
    _undo_credit_limits(env)
    _delete_holidays(env)
    _delete_activities(env)
    # Companies have copies of ours.
    env["ir.sequence"].search([("code", "=", "cartera.dispute")]).unlink()
    # A policy cannot be deleted while companies use it.
    companies = env["res.company"].with_context(active_test=False).search([])
    companies.cartera_aging_policy_id = False
    keys_and_indexes = [
        ("module.name", "=", "cartera_cobranza"),
        ("model.model", "not like", "cartera."),
    ]
    env["ir.model.constraint"].search(keys_and_indexes).unlink()


def _undo_credit_limits(env):
    """Put back the credit limits that stages have lowered: nobody would later."""
    logs = env["cartera.consequence.log"].search(
        [("date_undone", "=", False), ("kind", "in", ["credit_lower", "credit_freeze"])]
    )
    env["cartera.consequence.engine"]._undo(logs.ids, fields.Date.today(), None)


def _delete_holidays(env):
    """Delete the calendars of public holidays, except where somebody works by one."""
    calendars = env["resource.calendar"].with_context(active_test=False)
    ours = calendars.search([("cartera_country_id", "!=", False)])
    by_one = [("resource_calendar_id", "in", ours.ids)]
    ours -= env["res.company"].search(by_one).resource_calendar_id
    by_one = [("calendar_id", "in", ours.ids)]
    ours -= env["resource.resource"].search(by_one).calendar_id
    # Without their calendar they would be holidays of everybody.
    env["resource.calendar.leaves"].search([("calendar_id", "in", ours.ids)]).unlink()
    ours.unlink()


def _delete_activities(env):
    """Delete what is planned on partners with our types, which nobody could keep."""
    ours = [("module", "=", "cartera_cobranza"), ("model", "=", "mail.activity.type")]
    types = env["ir.model.data"].search(ours).mapped("res_id")
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("activity_type_id", "in", types)]).unlink()
