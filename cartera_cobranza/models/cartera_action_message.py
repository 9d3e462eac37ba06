from odoo import api, fields, models
from odoo.tools import SQL


class CarteraActionMessage(models.AbstractModel):
    """Steps that send a message: each becomes a row of the outbox.

    The channels inherit this and differ in their code alone; what they do at dispatch
    is in ``cartera.channel.*``.
    """

    _name = "cartera.action.message"
    _description = "Step that Sends a Message"
    _channel = None

    @api.model
    def _do(self, executions):
        """Put a message for each execution in the outbox, in one statement.

        A debtor who has a message on that day already gets no second one; one who
        cannot be reached leaves a failed message, for somebody to see.
        """
        executions = executions.sudo()
        recipients = self._get_recipients(executions)
        executions.flush_recordset()
        rows = [
            self._prepare_row(execution, recipients.get(execution.case_id.id))
            for execution in executions
        ]
        if rows:
            self._insert(executions, rows)

    @api.model
    def _get_recipients(self, executions):
        """Dict of case id to recipient: by the channel that the plan has chosen, or
        another one to fall back to where the step allows it."""
        found = {}
        groups = executions.grouped(
            lambda execution: (
                execution.channel or self._channel,
                execution.order_id.fallback_channel,
            )
        )
        for (channel, may_fall_back), group in groups.items():
            found |= self.env["cartera.recipient"]._get_recipients(
                group.case_id, channel, may_fall_back
            )
        return found

    @api.model
    def _prepare_row(self, execution, recipient):
        """Values of the message, in the order of :meth:`_insert`."""
        order = execution.order_id
        template = order.template_id._origin
        missing = self.env._("No usable address")
        return (
            execution.id,
            execution.case_id.id,
            execution.company_id.id,
            recipient.channel if recipient else self._channel,
            template.id,
            template.kind,
            execution.step_id.id,
            order.attach_invoices,
            order.cost,
            recipient.partner_id if recipient else None,
            recipient.address if recipient else None,
            recipient.lang if recipient else None,
            order.fallback_channel,
            execution.date,
            execution.date_event or None,
            "planned" if recipient else "failed",
            None if recipient else missing,
        )

    @api.model
    def _insert(self, executions, rows):
        """Insert the messages and tell the executions which theirs is."""
        communications = self.env["cartera.communication"]
        communications.flush_model()
        merged = self.env._("Another message of the day")
        self.env.execute_query(
            SQL(
                """
                WITH ordered (
                    execution_id, case_id, company_id, channel, template_id, kind,
                    step_id, attach_invoices, cost, contact_partner_id, address, lang,
                    allow_fallback, date, date_event, state, message
                ) AS (VALUES %(rows)s), made AS (
                    INSERT INTO cartera_communication (
                        case_id, company_id, channel, template_id, kind, step_id,
                        attach_invoices, cost, contact_partner_id, address, lang,
                        allow_fallback, date, date_event, state, message, origin,
                        date_planned, attempts, create_uid, create_date, write_uid,
                        write_date
                    )
                    SELECT case_id, company_id, channel, template_id, kind, step_id,
                           attach_invoices, cost, contact_partner_id::int, address,
                           lang, allow_fallback, date, date_event::date, state,
                           message, 'strategy', %(now)s, 0, %(uid)s, %(now)s, %(uid)s,
                           %(now)s
                      FROM ordered
                     ORDER BY execution_id
                    ON CONFLICT (case_id, date) WHERE origin = 'strategy'
                       AND state NOT IN ('refused', 'cancelled', 'failed', 'bounced')
                       DO NOTHING
                    RETURNING id, case_id, date, step_id, state, message
                )
                UPDATE cartera_step_execution execution
                   SET communication_id = made.id,
                       state = CASE WHEN made.state = 'failed' THEN 'failed'
                                    WHEN made.id IS NULL THEN 'merged'
                                    ELSE execution.state END,
                       message = CASE WHEN made.id IS NULL THEN %(merged)s
                                      ELSE COALESCE(made.message, execution.message)
                                      END
                  FROM ordered
                  LEFT JOIN made USING (case_id, date, step_id)
                 WHERE execution.id = ordered.execution_id
                RETURNING execution.id
                """,
                rows=SQL(", ").join(rows),
                now=fields.Datetime.now(),
                uid=self.env.uid,
                merged=merged,
            )
        )
        communications.invalidate_model()
        executions.invalidate_recordset()
        self.env["cartera.dispatcher"]._trigger()


class CarteraActionEmail(models.AbstractModel):
    _name = "cartera.action.email"
    _inherit = ["cartera.action.message"]
    _description = "Step that Sends an E-mail"
    _channel = "email"


class CarteraActionSms(models.AbstractModel):
    _name = "cartera.action.sms"
    _inherit = ["cartera.action.message"]
    _description = "Step that Sends an SMS"
    _channel = "sms"


class CarteraActionWhatsapp(models.AbstractModel):
    _name = "cartera.action.whatsapp"
    _inherit = ["cartera.action.message"]
    _description = "Step that Has a WhatsApp Message Sent"
    _channel = "whatsapp"


class CarteraActionLetter(models.AbstractModel):
    _name = "cartera.action.letter"
    _inherit = ["cartera.action.message"]
    _description = "Step that Has a Letter Sent"
    _channel = "letter"
