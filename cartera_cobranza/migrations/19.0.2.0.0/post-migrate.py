"""To 19.0.2.0.0. A second or two per 100,000 debtors."""

from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    _count_first_episodes(cr)
    _set_contact_tiers(cr)
    _complete_strategies(cr)


def _count_first_episodes(cr):
    """Count the arrears that are there as each debtor's first episode.

    It began when the oldest item that is still owed fell due, or before: that day is
    the only one that the ledger tells at once.
    """
    cr.execute(
        """
        UPDATE cartera_case
        SET episode = 1, episode_date = date_oldest_due + 1
        WHERE date_oldest_due IS NOT NULL AND episode = 0
        """
    )


def _set_contact_tiers(cr):
    """Give the stages that we ship the tier of their contacts: the data file leaves
    them alone, as people may have changed them."""
    cr.execute(
        """
        UPDATE cartera_stage stage
        SET contact_tier = shipped.tier
        FROM (VALUES ('extrajudicial', 2), ('judicial', 3)) shipped (code, tier)
        JOIN ir_model_data known
            ON known.module = 'cartera_cobranza'
            AND known.name = 'cartera_stage_' || shipped.code
        WHERE stage.id = known.res_id
        """
    )


def _complete_strategies(cr):
    """Give the strategies, which this update has brought, the steps that later versions
    do not add to those in use."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    data = "data/cartera_strategy_data.xml"
    convert_file(env, "cartera_cobranza", data, {}, mode="init", noupdate=True)
