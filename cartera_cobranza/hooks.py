"""What installing and uninstalling does beyond the data files."""


def post_init_hook(env):
    """Open the cases of the invoices that are in the ledger already, in the stages
    that their age asks for."""
    policy = env.ref("cartera_cobranza.cartera_aging_policy_standard")
    companies = env["res.company"].search([])
    without_policy = companies.filtered(lambda c: not c.cartera_aging_policy_id)
    for company in companies - without_policy:
        env["cartera.case.refresh"]._refresh(company)
    # With a policy the cases come by themselves.
    without_policy.cartera_aging_policy_id = policy
    for company in companies:
        env["cartera.stage.engine"]._move_cases(company, company._get_cartera_today())


def uninstall_hook(env):
    """Let go of the aging policies, which cannot be deleted while companies use them,
    and drop the indexes and keys on Odoo's own tables, which the uninstallation leaves
    or forgets in its books."""
    companies = env["res.company"].with_context(active_test=False).search([])
    companies.cartera_aging_policy_id = False
    on_tables_of_odoo = [
        ("module.name", "=", "cartera_cobranza"),
        ("model.model", "not like", "cartera."),
    ]
    env["ir.model.constraint"].search(on_tables_of_odoo).unlink()
