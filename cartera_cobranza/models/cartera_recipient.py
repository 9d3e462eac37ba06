from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from .channels import WRITTEN

# Cheapest first: where none has worked before, a message falls back in this order.
FALLBACK_ORDER = ("email", "sms", "whatsapp", "letter")

# Bounces of an address after which another one is looked for.
BOUNCE_LIMIT = 1


class Recipient(NamedTuple):
    """Whom a message goes to.

    :ivar partner_id: id of the person
    :ivar channel: channel code, after falling back
    :ivar address: e-mail address, phone number in E.164, or street and city
    :ivar lang: code of an installed language
    """

    partner_id: int
    channel: str
    address: str
    lang: str


class CarteraRecipient(models.AbstractModel):
    """Who of a debtor's people is written to, and how.

    Where a legal case says so, it is the debtor's counsel and nobody else. Otherwise:

    The collections contacts come first, from the highest tier that the stage allows;
    then the invoice address; then the debtor itself. Who has no usable address for a
    channel is passed over, and so is who does not want to be written to by it, as long
    as there is anybody else.
    """

    _name = "cartera.recipient"
    _description = "Recipient of Messages"

    # -- asking -------------------------------------------------------------------

    @api.model
    def _get_reachable_sql(self, company, case_ids=None):
        """Query of the ways in which the debtors of a company can be reached: rows of
        ``(case_id, channel, decision)``, which may come more than once; the decision
        is the last word of the person on this way, or NULL.

        :param case_ids: ids of the cases asked about; None for all
        """
        cases = SQL("debtor_case.company_id = %s", company.id)
        if case_ids is not None:
            cases = SQL("debtor_case.id = ANY(%s)", list(case_ids))
        return SQL(
            "SELECT case_id, channel, %s AS decision FROM (%s) way",
            self._get_word_sql(),
            self._get_ways_sql(cases),
        )

    @api.model
    def _get_recipients(self, cases, channel, allow_fallback=False, tried=()):
        """The best recipient of each case by ``channel``, in one query.

        :param allow_fallback: whether another written channel will do where this one
            reaches nobody: the one that worked last, else the cheapest
        :param tried: ``[(case id, address), ...]`` not to be used
        :return: dict of case id to :class:`Recipient`; without those who cannot be
            reached
        """
        if not cases:
            return {}
        channels = [channel]
        if allow_fallback and channel in WRITTEN:
            channels += [code for code in FALLBACK_ORDER if code != channel]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (way.case_id)
                       way.case_id, way.partner_id, way.channel, way.address,
                       way.lang, way.debtor_lang, way.company_id
                  FROM (%(ways)s) way
                  LEFT JOIN (%(worked)s) worked ON worked.case_id = way.case_id
                 WHERE way.channel = ANY(%(channels)s) AND NOT %(tried)s
                 ORDER BY way.case_id,
                       COALESCE(%(word)s = 'withdrawn', FALSE),
                       (way.channel = %(channel)s) DESC,
                       (way.channel = worked.channel) DESC NULLS LAST,
                       array_position(%(channels)s, way.channel),
                       way.place, way.tier DESC, way.partner_id
                """,
                ways=self._get_ways_sql(SQL("debtor_case.id = ANY(%s)", cases.ids)),
                worked=self._get_worked_sql(cases),
                channels=channels,
                channel=channel,
                tried=self._get_tried_sql(tried),
                word=self._get_word_sql(),
            )
        )
        return {
            case_id: Recipient(
                partner_id, used, address, self._choose_lang(company_id, *langs)
            )
            for case_id, partner_id, used, address, *langs, company_id in rows
        }

    @api.model
    def _choose_lang(self, company_id, *langs):
        """The first language that is installed; else the company's own."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        company = self.env["res.company"].sudo().browse(company_id)
        known = [
            code for code in (*langs, company.partner_id.lang) if code in installed
        ]
        return known[0] if known else "en_US"

    # -- queries ------------------------------------------------------------------

    @api.model
    def _get_ways_sql(self, cases):
        """One row per case, person and channel with a usable address, which is not
        known to be wrong.

        :param cases: condition on ``debtor_case``
        """
        self._flush()
        return SQL(
            """
            SELECT person.*, way.channel, way.address
              FROM (%(people)s) person
             CROSS JOIN LATERAL (VALUES
                 ('email', person.email), ('sms', person.phone),
                 ('whatsapp', person.phone), ('call', person.any_phone),
                 ('letter', person.place_name), ('visit', person.place_name)
             ) way (channel, address)
              LEFT JOIN (%(wrong)s) wrong
                   ON wrong.debtor_id = person.debtor_id
                  AND wrong.address = way.address
                  AND wrong.creditor_id = split_part(person.company_path, '/', 1)
             WHERE way.address IS NOT NULL AND wrong.address IS NULL
            """,
            people=self._get_people_sql(cases),
            wrong=self.env["cartera.address.word"]._get_wrong_sql(cases),
        )

    @api.model
    def _get_people_sql(self, cases):
        """One row per case and person of the chain, with the addresses that can be
        used; ``place`` is the link of the chain.

        Counsel stands alone, apart: one join for both would lose its index.
        """
        own = self._get_chain_sql(
            SQL("person.commercial_partner_id = debtor.id"),
            SQL(
                """
                debtor_case.counsel_only IS NOT TRUE AND %s
                AND (
                    person.id = debtor.id
                    OR person.active AND (
                        person.type = 'invoice'
                        OR person.cartera_collection_contact
                        AND person.cartera_contact_tier::int <= stage.contact_tier
                    )
                )
                """,
                cases,
            ),
        )
        counsel = self._get_chain_sql(
            SQL("person.id = debtor_case.counsel_id"),
            SQL("debtor_case.counsel_only AND person.active AND %s", cases),
        )
        return SQL("%s UNION ALL %s", own, counsel)

    @api.model
    def _get_chain_sql(self, link, people):
        """The chain of some people.

        :param link: condition on how ``person`` belongs to the case
        :param people: condition on who is meant, and of which ``debtor_case``
        """
        return SQL(
            """
            SELECT debtor_case.id AS case_id,
                   debtor_case.company_id,
                   company.parent_path AS company_path,
                   person.id AS partner_id,
                   person.commercial_partner_id AS debtor_id,
                   CASE WHEN person.id = debtor.id THEN 3
                        WHEN person.cartera_collection_contact THEN 1
                        ELSE 2 END AS place,
                   COALESCE(person.cartera_contact_tier, '1')::int AS tier,
                   person.lang,
                   debtor.lang AS debtor_lang,
                   CASE WHEN no_mail.id IS NULL
                         AND COALESCE(person.message_bounce, 0) < %(bounce_limit)s
                        THEN NULLIF(person.email_normalized, '') END AS email,
                   CASE WHEN no_phone.id IS NULL
                        THEN NULLIF(person.phone_sanitized, '') END AS phone,
                   NULLIF(COALESCE(person.phone_sanitized, person.phone), '')
                        AS any_phone,
                   CASE WHEN NULLIF(btrim(person.street), '') IS NOT NULL
                         AND NULLIF(btrim(person.city), '') IS NOT NULL
                        THEN btrim(person.street) || ', ' || btrim(person.city)
                        END AS place_name
              FROM cartera_case debtor_case
              JOIN res_company company ON company.id = debtor_case.company_id
              JOIN cartera_stage stage ON stage.id = debtor_case.stage_id
              JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
              JOIN res_partner person ON %(link)s
              LEFT JOIN mail_blacklist no_mail
                   ON no_mail.email = person.email_normalized AND no_mail.active
              LEFT JOIN phone_blacklist no_phone
                   ON no_phone.number = person.phone_sanitized AND no_phone.active
             WHERE %(people)s
               AND (
                   person.company_id IS NULL
                   OR person.company_id::text
                      = ANY(string_to_array(company.parent_path, '/'))
               )
            """,
            bounce_limit=BOUNCE_LIMIT,
            link=link,
            people=people,
        )

    @api.model
    def _get_worked_sql(self, cases):
        """The channel of the last message to each case that did not come back."""
        return SQL(
            """
            SELECT DISTINCT ON (case_id) case_id, channel
              FROM cartera_communication
             WHERE case_id = ANY(%s) AND state = 'sent'
             ORDER BY case_id, date_sent DESC, id DESC
            """,
            cases.ids,
        )

    @api.model
    def _get_word_sql(self):
        """What the person of a ``way`` decided on it last, or NULL; by the rule of
        ``cartera.consent``, and whichever branch of the company heard it."""
        return SQL(
            """
            (
                SELECT word.decision
                  FROM cartera_consent word
                  JOIN res_company heard ON heard.id = word.company_id
                 WHERE word.debtor_id = way.debtor_id
                   AND word.channel = way.channel
                   AND word.date <= %s
                   AND split_part(heard.parent_path, '/', 1)
                     = split_part(way.company_path, '/', 1)
                   AND CASE COALESCE(word.address, '')
                       WHEN '' THEN word.partner_id IN (way.partner_id, way.debtor_id)
                       ELSE word.address = way.address END
                 ORDER BY word.date DESC, word.id DESC
                 LIMIT 1
            )
            """,
            fields.Datetime.now(),
        )

    @api.model
    def _get_tried_sql(self, tried):
        if not tried:
            return SQL("FALSE")
        return SQL(
            "(way.case_id, way.address) IN (%s)",
            SQL(", ").join(SQL("(%s, %s)", *pair) for pair in tried),
        )

    @api.model
    def _flush(self):
        """What the queries read, whichever models it belongs to."""
        for model in (
            "cartera.case",
            "cartera.communication",
            "cartera.consent",
            "cartera.stage",
            "mail.blacklist",
            "phone.blacklist",
            "res.partner",
        ):
            self.env[model].flush_model()

    # -- for one debtor -----------------------------------------------------------

    @api.model
    def _get_chain(self, case):
        """Everybody who can be reached, for a person to choose from.

        :return: ``[(partner id, channel, address), ...]`` in the order of the chain
        """
        return self.env.execute_query(
            SQL(
                "SELECT partner_id, channel, address FROM (%s) way "
                "ORDER BY place, tier DESC, partner_id",
                self._get_ways_sql(SQL("debtor_case.id = %s", case.id)),
            )
        )
