import json
import logging

import requests

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

TIMEOUT = 10  # seconds
MAX_ATTEMPTS = 8
RESPONSE_LENGTH = 500
# What is read of an answer, at most four bytes to the character.
RESPONSE_BYTES = 4 * RESPONSE_LENGTH

# Deliveries sent by one call of the scheduled action.
BATCH = 100


class CarteraWebhookDelivery(models.Model):
    """A step told to another system. Sent until that system confirms it; each attempt
    bears the same key, by which it can tell that it has it already."""

    _name = "cartera.webhook.delivery"
    _description = "Webhook Delivery"
    _order = "id desc"
    _rec_name = "url"

    execution_id = fields.Many2one(
        "cartera.step.execution",
        string="Step",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    case_id = fields.Many2one(
        "cartera.case",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    url = fields.Char(required=True, readonly=True)
    payload = fields.Json(required=True, readonly=True)
    key = fields.Char(
        string="Idempotency Key", required=True, readonly=True, index=True
    )
    state = fields.Selection(
        [("waiting", "To send"), ("sent", "Delivered"), ("failed", "Given up")],
        required=True,
        readonly=True,
        default="waiting",
    )
    attempts = fields.Integer(readonly=True)
    date_next = fields.Datetime(
        string="Next Attempt", readonly=True, default=fields.Datetime.now
    )
    date_sent = fields.Datetime(string="Delivered On", readonly=True)
    status_code = fields.Integer(string="HTTP Status", readonly=True, aggregator=None)
    response = fields.Text(readonly=True)

    _due_idx = models.Index("(date_next, id) WHERE state = 'waiting'")
    _key_uniq = models.Constraint("UNIQUE (key)", "This step has been told already.")

    def action_send_again(self):
        """Try again what was given up."""
        self.check_access("read")
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._("Only a supervisor of collections sends webhooks again.")
            )
        given_up = self.filtered(lambda delivery: delivery.state == "failed")
        # People may ask for another attempt, and write nothing of it.
        given_up.sudo().write(
            {"state": "waiting", "attempts": 0, "date_next": fields.Datetime.now()}
        )
        given_up._trigger()

    @api.model
    def _trigger(self):
        self.env.ref("cartera_cobranza.ir_cron_cartera_webhook").sudo()._trigger()

    @api.model
    def _cron_send(self):
        """Send what is due, each delivery committed by itself. A system that does not
        answer is left alone until the next call: waiting for it once is enough."""
        self = self.sudo()  # whoever the scheduled action runs as, it is for all
        cron = self.env["ir.cron"]
        silent = []
        due = [("state", "=", "waiting"), ("date_next", "<=", fields.Datetime.now())]
        cron._commit_progress(remaining=self.search_count(due, limit=BATCH))
        for _number in range(BATCH):
            heard = [*due, ("url", "not in", silent)]
            delivery = self.search(heard, limit=1, order="date_next, id")
            delivery = delivery.try_lock_for_update()
            if not delivery:
                cron._commit_progress(remaining=0)
                break
            delivery._send()
            if not delivery.status_code:
                silent.append(delivery.url)
            if not cron._commit_progress(1):
                break

    def _send(self):
        """Make one attempt, and note what came of it."""
        self.ensure_one()
        status, text = self._post()
        values = {
            "attempts": self.attempts + 1,
            "status_code": status,
            # The database takes no such character.
            "response": text.replace("\0", "")[:RESPONSE_LENGTH],
        }
        now = fields.Datetime.now()
        if 200 <= status < 300:
            values.update(state="sent", date_sent=now)
            self.execution_id._take_up()
        elif values["attempts"] >= MAX_ATTEMPTS:
            values["state"] = "failed"
            # Not planned again: the other system may have it, by this delivery's key.
            self.execution_id.write(
                {"state": "given_up", "message": values["response"]}
            )
        else:
            wait = 2 ** values["attempts"]
            values["date_next"] = fields.Datetime.add(now, minutes=wait)
        self.write(values)

    def _post(self):
        """Tell the other system.

        :return: the HTTP status, 0 without an answer; the beginning of its text, or
            what went wrong
        """
        try:
            with requests.post(
                self.url,
                data=json.dumps(self.payload),
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": self.key,
                },
                timeout=TIMEOUT,
                # Where to send it was decided by whoever wrote the address.
                allow_redirects=False,
                # How much it answers is up to the other system.
                stream=True,
            ) as answer:
                start = next(answer.iter_content(RESPONSE_BYTES), b"")
                return answer.status_code, start.decode(errors="replace")
        except requests.exceptions.RequestException as error:
            return 0, str(error)


class CarteraActionWebhook(models.AbstractModel):
    """Tells another system of the debtor, through the deliveries."""

    _name = "cartera.action.webhook"
    _description = "Webhook"

    @api.model
    def _do(self, executions):
        executions.flush_recordset()
        executions.case_id.flush_model()
        for order, members in executions.grouped("order_id").items():
            self.env.cr.execute(
                self._get_insert_sql(members, order.webhook_url, order.name)
            )
        self.env["cartera.webhook.delivery"]._trigger()

    @api.model
    def _get_insert_sql(self, executions, url, step):
        return SQL(
            """
            INSERT INTO cartera_webhook_delivery (
                execution_id, company_id, case_id, url, payload, key, state, attempts,
                date_next, create_uid, create_date, write_uid, write_date
            )
            SELECT
                execution.id, execution.company_id, execution.case_id, %(url)s,
                jsonb_build_object(
                    'key', execution.key,
                    'step', %(step)s,
                    'date', execution.date,
                    'occurrence', execution.occurrence,
                    'company_id', execution.company_id,
                    'case_id', known.id,
                    'debtor', jsonb_build_object(
                        'id', partner.id, 'name', partner.name, 'vat', partner.vat,
                        'reference', partner.ref
                    ),
                    'stage', stage.code,
                    'currency', currency.name,
                    'amount_total', known.amount_total,
                    'amount_overdue', known.amount_overdue,
                    'amount_collectable', known.amount_collectable,
                    'date_oldest_due', known.date_oldest_due
                ),
                execution.key, 'waiting', 0, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
            FROM (
                SELECT
                    execution.*,
                    encode(
                        sha256(concat_ws('-', %(database)s, execution.id)::bytea), 'hex'
                    ) AS key
                FROM cartera_step_execution execution
                WHERE execution.id = ANY(%(ids)s)
            ) execution
            JOIN cartera_case known ON known.id = execution.case_id
            JOIN cartera_stage stage ON stage.id = known.stage_id
            JOIN res_partner partner ON partner.id = known.partner_id
            JOIN res_company company ON company.id = execution.company_id
            JOIN res_currency currency ON currency.id = company.currency_id
            """,
            url=url,
            step=step,
            ids=executions.ids,
            database=self.env["ir.config_parameter"].sudo().get_param("database.uuid"),
            now=fields.Datetime.now(),
            uid=self.env.uid,
        )
