from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize
from odoo.tools.misc import hash_sign, verify_hash_signed

from .channels import CHANNELS

DECISIONS = [("granted", "Granted"), ("withdrawn", "Withdrawn")]

TOKEN_SCOPE = "cartera.opt_out"

SOURCES = [
    ("contract", "Contract"),
    ("form", "Signed form"),
    ("call", "Recorded call"),
    ("link", "Link in a message"),
    ("portal", "Portal"),
    ("other", "Other"),
]

# What the debtor says to the machine; nobody writes it down in the debtor's place.
OWN_SOURCES = ("link", "portal")


class CarteraConsent(models.Model):
    """What a debtor allowed or forbade, by channel, when and where.

    The last row of a channel counts; rows are added, and nobody has the right to
    change one.
    """

    _name = "cartera.consent"
    _description = "Contact Consent"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        help="The debtor, or one of its contacts.",
    )
    debtor_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Debtor",
        store=True,
        index=True,
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    channel = fields.Selection(CHANNELS, required=True)
    address = fields.Char(help="Leave empty for all addresses of this channel.")
    decision = fields.Selection(DECISIONS, required=True, default="granted")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    source = fields.Selection(SOURCES, required=True)
    reference = fields.Char(help="Document, recording or page that proves it.")
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        default=lambda self: self.env.user,
    )

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Keep addresses in the form in which messages use them, and say on the case
        what was withdrawn."""
        if not self.env.su:
            vals_list = [self._prepare_own(vals) for vals in vals_list]
        people = self.env["res.partner"].browse(v.get("partner_id") for v in vals_list)
        consents = super().create(
            [
                {
                    **vals,
                    "address": self._normalize_address(vals.get("channel"), a, who),
                }
                if (a := vals.get("address"))
                else vals
                for vals, who in zip(vals_list, people, strict=True)
            ]
        )
        consents.filtered(lambda c: c.decision == "withdrawn")._post_withdrawal()
        return consents

    def _prepare_own(self, vals):
        """Values of a row that a person records: in the person's own name, and only
        what somebody can have been told."""
        vals = {**self.default_get(["date"]), **vals, "user_id": self.env.uid}
        if vals.get("source") in OWN_SOURCES:
            raise UserError(
                self.env._(
                    "Only the debtor's own click is recorded as that. Choose where you "
                    "know it from."
                )
            )
        if fields.Datetime.to_datetime(vals["date"]) > fields.Datetime.now():
            raise UserError(
                self.env._("What a debtor allows or forbids has no date to come.")
            )
        return vals

    def _post_withdrawal(self):
        """Leave a note on the cases of the debtors who opted out, at each branch."""
        creditors = self.sudo().company_id.root_id
        cases = (
            self.env["cartera.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.debtor_id.ids),
                    ("company_id", "child_of", creditors.ids),
                ]
            )
        )
        cases_of = cases.grouped(
            lambda case: (case.partner_id, case.company_id.root_id)
        )
        for consent in self.sudo():
            # Who follows a link is nobody to Odoo.
            author = consent.user_id.partner_id or consent.partner_id
            text = consent._get_withdrawal_text()
            for case in cases_of.get(
                (consent.debtor_id, consent.company_id.root_id), ()
            ):
                case.message_post(body=text, author_id=author.id)

    def _get_withdrawal_text(self):
        sources = dict(self._fields["source"]._description_selection(self.env))
        return self.env._(
            "%(person)s does not want to be contacted by %(channel)s%(address)s any "
            "more (%(origin)s).",
            person=self.partner_id.display_name,
            channel=self._get_channel_label(self.channel),
            address=f" ({self.address})" if self.address else "",
            origin=sources[self.source],
        )

    @api.model
    def _get_channel_label(self, channel):
        return dict(self._fields["channel"]._description_selection(self.env))[channel]

    # -- what holds ---------------------------------------------------------------

    @api.model
    def _normalize_address(self, channel, address, partner):
        """An address in the form in which it is compared: e-mail in lower case, phone
        in E.164 where it can be read, anything else as it is."""
        if not address:
            return False
        if channel == "email":
            return email_normalize(address) or address.strip().lower()
        if channel in ("letter", "visit"):
            return address.strip()
        return partner._phone_format(number=address) or address.strip()

    @api.model
    def _get_rows(self, companies, debtors):
        """Everything recorded, also by the other branches of the companies.

        :return: ``{(creditor id, debtor id): [(partner id, channel, address, decision,
            date), ...]}``, the last one first; the creditor is the company above all
            branches
        """
        self.flush_model()
        self.env["res.company"].flush_model(["parent_path"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT creditor.id, consent.debtor_id, consent.partner_id,
                       consent.channel, consent.address, consent.decision, consent.date
                  FROM cartera_consent consent
                  JOIN res_company company ON company.id = consent.company_id
                  JOIN res_company creditor
                       ON creditor.id = split_part(company.parent_path, '/', 1)::int
                 WHERE creditor.id = ANY(%s) AND consent.debtor_id = ANY(%s)
                 ORDER BY consent.date DESC, consent.id DESC
                """,
                companies.root_id.ids,
                debtors.ids,
            )
        )
        found = {}
        for creditor_id, debtor_id, *row in rows:
            found.setdefault((creditor_id, debtor_id), []).append(tuple(row))
        return found

    @api.model
    def _find_decision(self, rows, partners, channel, address, moment):
        """The decision that held for somebody on a channel at a moment, or None.

        A row without address is about the whole channel of its person, and of the
        debtor's people where the person is the debtor; a row with address is about
        that address, whosever it is.

        :param rows: of one debtor, as from :meth:`_get_rows`
        :param partners: ids of the person and of the debtor the person belongs to
        :param address: normalised, or False
        :param moment: naive datetime in UTC
        """
        for partner_id, used, bound_to, decision, date in rows:
            if used != channel or date > moment:
                continue
            if bound_to == address if bound_to else partner_id in partners:
                return decision
        return None

    # -- opting out ---------------------------------------------------------------

    @api.model
    def _get_opt_out_url(self, partner, company, channel, address, one_click=False):
        """Address of the page on which somebody stops the messages of a channel.

        :param partner: whom the message goes to
        :param address: where it goes; empty: everything by this channel is stopped
        :param one_click: the address for the ``List-Unsubscribe`` header instead
        """
        token = hash_sign(
            self.sudo().env,
            TOKEN_SCOPE,
            [company.id, partner.id, channel, address or ""],
        )
        url = f"{company.get_base_url()}/cartera/opt-out/{token}"
        return f"{url}/one-click" if one_click else url

    @api.model
    def _read_opt_out_token(self, token):
        """What a link is about.

        :return: dict of ``company``, ``partner`` (records), ``channel`` and
            ``address``; None for a link that is not ours or whose person is gone
        """
        try:
            terms = verify_hash_signed(self.sudo().env, TOKEN_SCOPE, token)
        except ValueError:  # not even of the form of a token
            return None
        if not terms:
            return None
        company_id, partner_id, channel, address = terms
        company = self.env["res.company"].sudo().browse(company_id).exists()
        partner = self.env["res.partner"].sudo().browse(partner_id).exists()
        partner = partner or self._find_heir(company, channel, address)
        if not company or not partner:
            return None
        return {
            "company": company,
            "partner": partner,
            "channel": channel,
            "address": address,
        }

    @api.model
    def _find_heir(self, company, channel, address):
        """Who has the messages to an address since their recipient was merged with
        another or deleted: a link in a message lasts longer than a contact."""
        if not address:
            return self.env["res.partner"]
        message = (
            self.env["cartera.communication"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("channel", "=", channel),
                    ("address", "=", address),
                ],
                order="id desc",
                limit=1,
            )
        )
        return message.contact_partner_id or message.partner_id

    @api.model
    def _withdraw(self, terms):
        """Record that somebody opted out by a link, unless it is recorded already.

        :param terms: as from :meth:`_read_opt_out_token`
        """
        company, partner = terms["company"], terms["partner"]
        debtor = partner.commercial_partner_id
        found = self._get_rows(company, debtor)
        rows = found.get((company.root_id.id, debtor.id), [])
        channel = terms["channel"]
        address = self._normalize_address(channel, terms["address"], partner)
        standing = self._find_decision(
            rows, {partner.id, debtor.id}, channel, address, fields.Datetime.now()
        )
        if standing != "withdrawn":
            self.sudo().create(
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "channel": channel,
                    "address": address,
                    "decision": "withdrawn",
                    "source": "link",
                    "user_id": False,
                }
            )
