from datetime import timedelta

from odoo import api, fields, models

from ..models.contact_request import ContactRequest
from .dealings import (
    BOUNCE,
    CALLS,
    CONSENTS,
    CREDITOR,
    FATES,
    HOW_TO_PAY,
    OPTED_OUT,
    POSTED_EVERY,
    RECEIPTS,
    REFUSED_BY_SERVER,
    REPLY,
    UNAUTHORISED,
)
from .places import cities, phone_number, tax_number

BANK_FEE = ("Comisión por servicios", 12.5)
BANK_LAG_DAYS = 10


class CarteraDemoDealings(models.AbstractModel):
    """What has been going on with the demo's debtors besides invoices and payments:
    consents, money that stands on the bank statement, and days at
    work: what the strategies asked for, and what came of it."""

    _name = "cartera.demo.dealings"
    _description = "Demo Dealings with Debtors"

    @api.model
    def _deal(self, company, partners, today):
        """Note the dealings on the debtors and their cases.

        :param partners: the debtors, in the order of ``debtors.DEBTORS``
        """
        partner_of = {partner.name: partner for partner in partners}
        cases = self.env["cartera.case"].search([("company_id", "=", company.id)])
        case_of = {case.partner_id.name: case for case in cases}
        self._record_consents(company, partner_of)
        self._create_bank_lines(partner_of, case_of, today)
        self._introduce(company)

    @api.model
    def _introduce(self, company):
        """Tell what messages say of the company, where that is not known."""
        country = company.country_id.code
        prefix = cities(country)[0][3]
        known = {
            **CREDITOR,
            "vat": tax_number(country, company.name, 0),
            "phone": phone_number(prefix, 200),
            "cartera_payment_instructions": HOW_TO_PAY,
        }
        missing = {name: value for name, value in known.items() if not company[name]}
        if "iap_enrich_auto_done" in company._fields:
            # Nobody is to be asked about a company that does not exist.
            missing["iap_enrich_auto_done"] = True
        company.write({**missing, "cartera_bank_lag_days": BANK_LAG_DAYS})

    @api.model
    def _record_consents(self, company, partner_of):
        granted = [
            {
                "partner_id": partner_of[name].id,
                "company_id": company.id,
                "channel": channel,
                "source": source,
                "reference": reference,
            }
            for name, channels, source, reference in CONSENTS
            for channel in channels
        ]
        withdrawn = [
            {
                "partner_id": partner_of[name].id,
                "company_id": company.id,
                "channel": channel,
                "decision": "withdrawn",
                "source": source,
            }
            for name, channel, source in OPTED_OUT
        ]
        long_ago = fields.Datetime.subtract(fields.Datetime.now(), months=6)
        self.env["cartera.consent"].create(
            [{**row, "date": long_ago} for row in [*granted, *withdrawn]]
        )

    @api.model
    def _create_bank_lines(self, partner_of, case_of, today):
        """A fee on each weekly statement, and on that of yesterday transfers that
        nobody has matched yet."""
        bank = self.env["cartera.demo.ledger"]._get_journal(self.env.company, "bank")
        lines = [
            {"payment_ref": BANK_FEE[0], "amount": -BANK_FEE[1], "date": day}
            for day in (today - timedelta(days=1 + 7 * week) for week in range(4))
        ]
        lines += [
            {
                "payment_ref": f"Transferencia {name}",
                "partner_id": partner_of[name].id,
                "amount": case_of[name].amount_overdue,
                "date": today - timedelta(days=1),
            }
            for name in RECEIPTS
        ]
        self.env["account.bank.statement.line"].create(
            [{**line, "journal_id": bank.id} for line in lines]
        )

    # -- days at work -------------------------------------------------------------

    @api.model
    def _work_a_day(self, company):
        """Run the night with its plan, dispatch the messages, and let things happen to
        them and to the calls. Nothing leaves: what would be sent is noted as sent.

        Whoever calls it sets the clock, to a lawful hour of a working day.
        """
        self = self.sudo().with_context(lang=company.partner_id.lang)
        company.cartera_plan_approval = "automatic"
        self.env["cartera.run"].run(company)
        company.cartera_plan_approval = "manual"
        outbox = self.env["cartera.communication"]
        gate = self.env["cartera.contact.gate"]
        mine = [("company_id", "=", company.id)]
        # To print invoices takes a server that is running.
        outbox.search([*mine, ("state", "=", "planned")]).attach_invoices = False
        self.env["cartera.dispatcher"]._dispatch()
        self._pretend_to_send(
            outbox.search([*mine, ("state", "=", "queued")], order="id")
        )
        letters = outbox.search([*mine, ("state", "=", "ready")], order="id")
        posted = letters.filtered(lambda m: m.channel == "letter")[::POSTED_EVERY]
        for letter in posted:
            # Some wait for another day: so soon after the last contact is unlawful.
            if gate._decide([letter._to_request()])[0].allowed:
                letter.with_user(letter.user_id).action_mark_posted()
        self._pretend_to_call(company)

    @api.model
    def _pretend_to_send(self, messages):
        """Note messages as sent, but for those of ``FATES``; one is answered."""
        messages.mail_id.write({"state": "sent"})
        messages.date_sent = fields.Datetime.now()
        messages._set_state("sent")
        emails = messages.filtered("mail_message_id")
        for place, fate in FATES.items():
            message = emails[place : place + 1]
            if not message:
                continue  # on a quiet day
            if fate == "bounced":
                message._receive_bounce(message.mail_message_id, BOUNCE)
            elif fate == "failed":
                message._set_state("failed", REFUSED_BY_SERVER)
                message._mark_unreached(is_address=False)
            else:
                stopped = self.env._("The process that sent it was stopped")
                message._set_state("unconfirmed", stopped)
        for message in emails[:1]:
            # The debtor writes it, in no language of ours.
            # pylint: disable-next=translation-required
            message.case_id.message_post(
                body=REPLY,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                author_id=message.contact_partner_id.id,
                email_from=message.address,
                subject=f"Re: {message.subject}",
            )

    @api.model
    def _pretend_to_call(self, company):
        """Make the calls that are planned, as their collectors would; those that are
        not allowed are only tried, as is one that nobody has planned."""
        self._try_to_call(
            self.env["cartera.case"].search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.name", "=", UNAUTHORISED),
                ]
            )
        )
        calls = self.env["mail.activity"].search(
            [
                ("res_model", "=", "cartera.case"),
                ("activity_type_id.cartera_channel", "=", "call"),
                ("date_deadline", "<=", company._get_cartera_today()),
            ],
            limit=len(CALLS),
            order="id",
        )
        results = self.env["cartera.disposition"]._find_codes(
            [reached for reached, _note in CALLS]
        )
        for call, (reached, note) in zip(calls, CALLS, strict=False):
            env = self.with_user(call.user_id).env
            case = env["cartera.case"].browse(call.res_id)
            if not self._try_to_call(case.with_env(env), "activity"):
                continue
            env["cartera.contact.log"].create(
                {
                    "case_id": case.id,
                    "activity_id": call.id,
                    "channel": "call",
                    "disposition_id": results[reached].id,
                    "note": note,
                }
            ).action_log()

    @api.model
    def _try_to_call(self, cases, origin="manual"):
        """Ask the gate for calls.

        :return: whether all may be made now
        """
        gate = cases.env["cartera.contact.gate"]
        requests = [ContactRequest(case, "call") for case in cases]
        if all(decision.allowed for decision in gate._decide(requests)):
            return True
        gate._admit(requests, origin)
        return False
