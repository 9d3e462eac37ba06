from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .cartera_dispatcher import OWING_KINDS, WRITTEN_STATES

BATCH_SIZE = 1000


class CarteraWaitingMessages(models.AbstractModel):
    """Letters and links wait for a person, and debtors pay meanwhile: calls off those
    that have lost their reason, and writes anew what is printed on another day."""

    _name = "cartera.waiting.messages"
    _description = "Messages That Wait for a Person"

    @api.model
    def _call_off(self):
        """Call off what waits although the debtor has paid, or has been sent a later
        message since.

        :return: number of messages
        """
        self.env["cartera.case.queue"]._apply_pending()
        self.env["cartera.communication"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.id, later.later
                  FROM cartera_communication message
                  JOIN cartera_case debtor ON debtor.id = message.case_id
                 CROSS JOIN LATERAL (
                    SELECT EXISTS (
                        SELECT 1 FROM cartera_communication newer
                         WHERE newer.case_id = message.case_id
                           AND newer.origin = 'strategy'
                           AND newer.state = ANY(%(written)s)
                           AND (newer.date, newer.id) > (message.date, message.id)
                    ) AS later
                 ) later
                 WHERE message.state = 'ready' AND message.origin = 'strategy'
                   AND (
                    later.later
                    OR message.kind = ANY(%(owing)s) AND debtor.amount_collectable <= 0
                   )
                 LIMIT %(limit)s
                """,
                written=list(WRITTEN_STATES),
                owing=list(OWING_KINDS),
                limit=BATCH_SIZE,
            )
        )
        is_later = dict(rows)
        messages = self.env["cartera.communication"].browse(is_later)._lock_in("ready")
        for company, group in messages.grouped("company_id").items():
            text = self.env["cartera.dispatcher"]._at(company).env._
            replaced = group.filtered(lambda message: is_later[message.id])
            replaced._set_state("cancelled", text("A later message took its place"))
            (group - replaced)._set_state(
                "cancelled", text("Nothing collectable is due: paid")
            )
        return len(messages)

    @api.model
    def _look_again(self, letters):
        """Bring letters that are about to be printed up to this day.

        :return: those that still have a reason
        :raise UserError: when none has
        """
        waiting = letters.filtered(lambda letter: letter.state == "ready")
        kept = letters - waiting
        for company, group in waiting.grouped("company_id").items():
            dispatcher = self.env["cartera.dispatcher"]._at(company).sudo()
            group = group.with_env(dispatcher.env)
            renderer = dispatcher.env["cartera.message.renderer"]
            renderer._load_items(group)
            current = dispatcher._drop_pointless(group)
            start = dispatcher._get_day_start()
            old = current.filtered(lambda letter, day=start: letter.date_queued < day)
            for letter, error in renderer._render(old):
                raise UserError(
                    self.env._(
                        "The letter %(letter)s cannot be written: %(error)s",
                        letter=letter.display_name,
                        error=error,
                    )
                )
            kept |= current.with_env(letters.env)
        if not kept:
            raise UserError(
                self.env._(
                    "None of these letters has a reason any more: the debtors have "
                    "paid, promised to, or are on hold. They are called off tonight."
                )
            )
        return kept
