import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import batches
from .cartera_contact import ORIGINS
from .channels import CHANNELS
from .conflicts import CONFLICTS, do_apart

RULES = [
    ("window", "Outside the hours"),
    ("holiday", "Public holiday"),
    ("cap_day", "Enough contacts that day"),
    ("cap_week", "Enough contacts that week"),
    ("gap", "Too soon after the last contact"),
    ("one_channel", "Another channel was used that week"),
    ("consent", "Channel not authorised by the debtor"),
    ("opt_out", "The debtor opted out of the channel"),
    ("third_party", "Not somebody who owes"),
    ("visits", "Visits are forbidden"),
    ("hold", "Case on hold"),
    ("insolvent", "Debtor in insolvency proceedings"),
    ("sued", "Debtor served in a lawsuit"),
    ("counsel", "Through the debtor's counsel only"),
    ("no_policy", "No policy says when"),
]

# Columns of a row of evidence that the asker knows; the rest comes from the case.
EVIDENCE_COLUMNS = {
    "case_id": SQL("integer"),
    "channel": SQL("varchar"),
    "verdict": SQL("varchar"),
    "rule": SQL("varchar"),
    "article": SQL("varchar"),
    "policy": SQL("varchar"),
    "origin": SQL("varchar"),
    "day": SQL("date"),
    "date": SQL("timestamp"),
    "date_until": SQL("timestamp"),
    "communication_id": SQL("integer"),
    "user_id": SQL("integer"),
}


class CarteraContactRefusal(models.Model):
    """Evidence of a contact that the rules delayed or refused. Nobody edits it.

    One row per case, channel, rule, day and origin: a message that asks again every
    quarter of an hour counts up.
    """

    _name = "cartera.contact.refusal"
    _description = "Refused or Delayed Contact"
    _order = "date desc, id desc"
    _rec_name = "case_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    country_id = fields.Many2one(
        "res.country", string="Debtor's Country", readonly=True
    )
    collector_id = fields.Many2one(
        "res.users", readonly=True, help="Collector of the case at that time."
    )
    day = fields.Date(required=True, readonly=True, help="Day where the debtor is.")
    date = fields.Datetime(string="First Asked", required=True, readonly=True)
    date_last = fields.Datetime(string="Last Asked", required=True, readonly=True)
    times = fields.Integer(
        readonly=True, required=True, default=1, help="How often it was asked."
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    verdict = fields.Selection(
        [("delay", "Delayed"), ("refuse", "Refused")], required=True, readonly=True
    )
    date_until = fields.Datetime(string="Lawful From", readonly=True)
    rule = fields.Selection(RULES, required=True, readonly=True)
    article = fields.Char(readonly=True, help="Where the rule is written.")
    policy = fields.Char(readonly=True)
    origin = fields.Selection(ORIGINS, required=True, readonly=True)
    communication_id = fields.Many2one(
        "cartera.communication", readonly=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users", string="Asked By", readonly=True, help="Empty: the machine did."
    )

    _evidence_uniq = models.UniqueIndex("(case_id, channel, rule, day, origin)")
    _company_date_idx = models.Index("(company_id, date)")

    @api.model
    def _keep(self, rows):
        """Write evidence, or count up what is there.

        Where somebody else has written the same since this transaction began, it
        cannot count up, and need not fail for it: it does so once it has ended.

        :param rows: dicts of :data:`EVIDENCE_COLUMNS`, plain values
        """
        if not rows:
            return
        self.env["cartera.case"].flush_model(["company_id", "partner_id", "user_id"])
        self.env["cartera.communication"].flush_model(["case_id"])
        self.env["res.partner"].flush_model(["country_id"])
        _count, met = batches.run_isolating(
            self._merge(rows), self._write_evidence, self._attempt
        )
        self.invalidate_model()
        if met:
            self._keep_later(self.env.cr.postcommit, [row for row, _error in met])

    def _merge(self, rows):
        """The rows, those of the same key once."""
        key = ("case_id", "channel", "rule", "day", "origin")
        return list({tuple(row[name] for name in key): row for row in rows}.values())

    def _attempt(self, work, rows):
        try:
            with self.env.cr.savepoint(flush=False):
                return work(rows), None
        except CONFLICTS as error:
            return None, error

    def _write_evidence(self, rows):
        """Write rows that differ by their key.

        :return: their number
        """
        columns = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), kind)
            for name, kind in EVIDENCE_COLUMNS.items()
        )
        # Through the case and the message, for they may be gone when this is written
        # after a rollback.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO cartera_contact_refusal AS kept
                       (case_id, company_id, country_id, collector_id, day, date,
                        date_last, times, channel, verdict, date_until, rule, article,
                        policy, origin, communication_id, user_id,
                        create_uid, create_date, write_uid, write_date)
                SELECT asked.case_id, cases.company_id, debtor.country_id,
                       cases.user_id, asked.day, asked.date, asked.date, 1,
                       asked.channel, asked.verdict, asked.date_until, asked.rule,
                       asked.article, asked.policy, asked.origin,
                       message.id, asked.user_id,
                       %(uid)s, asked.date, %(uid)s, asked.date
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS asked(%(columns)s)
                  JOIN cartera_case cases ON cases.id = asked.case_id
                  JOIN res_partner debtor ON debtor.id = cases.partner_id
                  LEFT JOIN cartera_communication message
                       ON message.id = asked.communication_id
                 ORDER BY asked.case_id, asked.channel, asked.rule, asked.day
                    ON CONFLICT (case_id, channel, rule, day, origin) DO UPDATE
                   SET times = kept.times + 1,
                       date_last = EXCLUDED.date_last,
                       verdict = EXCLUDED.verdict,
                       date_until = EXCLUDED.date_until,
                       article = EXCLUDED.article,
                       policy = EXCLUDED.policy,
                       communication_id = EXCLUDED.communication_id,
                       user_id = EXCLUDED.user_id,
                       write_date = EXCLUDED.date_last
                """,
                uid=self.env.uid,
                columns=columns,
                rows=json.dumps(rows, default=str),
            ),
            log_exceptions=False,
        )
        return len(rows)

    @api.model
    def _keep_after_rollback(self, rows):
        """Write evidence although the present transaction will be undone, because the
        refusal is about to be raised."""
        self._keep_later(self.env.cr.postrollback, rows)

    @api.model
    def _keep_later(self, callbacks, rows):
        """Write evidence when the present transaction ends.

        :param callbacks: of the cursor, after its commit or its rollback
        """
        registry, rows = self.env.registry, self._merge(rows)

        def keep(env):
            env["cartera.contact.refusal"]._write_evidence(rows)

        callbacks.add(lambda: do_apart(registry, keep))

    @api.model
    def _hand_over(self, case, target):
        """Before the evidence of a case is handed over to another one: where both have
        a row, count up the one that stays."""
        # Only those that meet: the merge hands the others over, and would throw all of
        # them away because of one.
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH taken AS (
                    DELETE FROM cartera_contact_refusal gone
                     USING cartera_contact_refusal met
                     WHERE gone.case_id = %(case)s AND met.case_id = %(target)s
                       AND (gone.channel, gone.rule, gone.day, gone.origin)
                         = (met.channel, met.rule, met.day, met.origin)
                 RETURNING gone.*
                )
                UPDATE cartera_contact_refusal kept
                   SET times = kept.times + taken.times,
                       date = LEAST(kept.date, taken.date),
                       date_last = GREATEST(kept.date_last, taken.date_last)
                  FROM taken
                 WHERE kept.case_id = %(target)s
                   AND (kept.channel, kept.rule, kept.day, kept.origin)
                     = (taken.channel, taken.rule, taken.day, taken.origin)
                """,
                case=case.id,
                target=target.id,
            )
        )
        self.invalidate_model()

    # -- actions ------------------------------------------------------------------

    def action_open_case(self):
        """Open the case of the contact that was refused."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})
