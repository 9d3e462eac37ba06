"""What installing and uninstalling does beyond the data files."""


def post_init_hook(env):
    """Open the cases of the invoices that are in the ledger already, in the stages
    that their age asks for."""
    policy = env.ref("cartera_cobranza.cartera_aging_policy_standard")
    companies = env["res.company"].search([])
    companies.filtered(
        lambda company: not company.cartera_aging_policy_id
    ).cartera_aging_policy_id = policy
    for company in companies:
        env["cartera.case.refresh"]._refresh(company)
        env["cartera.stage.engine"]._move_cases(company, company._get_cartera_today())


def uninstall_hook(env):
    """Let go of the aging policies, which cannot be deleted while companies use them,
    and drop the indexes on Odoo's journal items, which the uninstallation leaves."""
    companies = env["res.company"].with_context(active_test=False).search([])
    companies.cartera_aging_policy_id = False
    env.cr.execute(
        "DROP INDEX IF EXISTS"
        " account_move_line_cartera_open_idx, account_move_line_cartera_draft_idx"
    )
