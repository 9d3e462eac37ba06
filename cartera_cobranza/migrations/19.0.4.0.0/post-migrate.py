"""To 19.0.4.0.0. A second or two per 100,000 debtors."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    _reach_on_broken_agreement(cr)
    _fill_agreed(cr)
    _propose_agreement_settings(cr)


def _reach_on_broken_agreement(cr):
    """Have a broken agreement lead to the stage that we ship: the update leaves alone
    what people may have changed. Nobody has broken one yet, so that nobody is moved."""
    cr.execute(
        """
        UPDATE cartera_stage stage SET on_broken_agreement = TRUE
        FROM ir_model_data known
        WHERE known.module = 'cartera_cobranza'
            AND known.name = 'cartera_stage_extrajudicial'
            AND stage.id = known.res_id AND stage.on_broken_agreement IS NULL
        """
    )


def _fill_agreed(cr):
    """Nothing is under agreement yet: the first night need not write every case."""
    cr.execute("UPDATE cartera_case SET amount_agreed = 0 WHERE amount_agreed IS NULL")


def _propose_agreement_settings(cr):
    """Give the companies the journal, the account and the products of agreements, as
    those have that are opened from now on."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"]._get_all_companies()._propose_agreement_settings()
