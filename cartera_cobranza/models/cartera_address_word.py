"""What contacts have taught of the addresses of debtors."""

from odoo import api, models
from odoo.tools import SQL


class CarteraAddressWord(models.AbstractModel):
    """An address is wrong when the last that was heard of it is that: until the debtor
    is reached by it, it is not used again, whichever branch learned it. A new number is
    another address."""

    _name = "cartera.address.word"
    _description = "What Is Known of Addresses"

    @api.model
    def _get_wrong_sql(self, cases):
        """Query of the wrong addresses of debtors: ``debtor_id``, ``creditor_id`` (the
        company above all branches, as text) and ``address``.

        :param cases: condition on ``debtor_case``: whose addresses
        """
        self._flush()
        return SQL(
            """
            SELECT DISTINCT known.partner_id AS debtor_id,
                   split_part(heard.parent_path, '/', 1) AS creditor_id,
                   wrong.address
              FROM cartera_contact wrong
              JOIN cartera_case known ON known.id = wrong.case_id
              JOIN res_company heard ON heard.id = known.company_id
             WHERE known.partner_id IN (
                       SELECT debtor_case.partner_id
                         FROM cartera_case debtor_case
                        WHERE %(cases)s
                   )
               AND wrong.reached = 'wrong_number'
               AND wrong.address IS NOT NULL
               AND NOT EXISTS (
                   SELECT 1
                     FROM cartera_contact later
                     JOIN cartera_case same ON same.id = later.case_id
                     JOIN res_company there ON there.id = same.company_id
                    WHERE later.address = wrong.address
                      AND later.reached = 'reached'
                      AND (later.date, later.id) > (wrong.date, wrong.id)
                      AND same.partner_id = known.partner_id
                      AND split_part(there.parent_path, '/', 1)
                        = split_part(heard.parent_path, '/', 1)
               )
            """,
            cases=cases,
        )

    @api.model
    def _is_wrong(self, case, channel, address):
        """Whether an address of the debtor of a case is wrong."""
        consents = self.env["cartera.consent"]
        key = consents._normalize_address(channel, address, case.partner_id)
        return bool(
            key
            and self.env.execute_query(
                SQL(
                    "SELECT 1 FROM (%s) wrong WHERE address = %s AND creditor_id = %s",
                    self._get_wrong_sql(SQL("debtor_case.id = %s", case.id)),
                    key,
                    str(case.company_id.sudo().root_id.id),
                )
            )
        )

    @api.model
    def _get_words(self, cases):
        """The last that was heard of each address of debtors.

        :return: ``{(case id, address): (whether it is right, naive moment)}``
        """
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (asked.id, contact.address)
                       asked.id, contact.address, contact.reached, contact.date
                  FROM cartera_case asked
                  JOIN res_company company ON company.id = asked.company_id
                  JOIN cartera_case same ON same.partner_id = asked.partner_id
                  JOIN res_company heard
                       ON heard.id = same.company_id
                      AND split_part(heard.parent_path, '/', 1)
                        = split_part(company.parent_path, '/', 1)
                  JOIN cartera_contact contact ON contact.case_id = same.id
                 WHERE asked.id = ANY(%s)
                   AND contact.address IS NOT NULL
                   AND contact.reached IN ('reached', 'wrong_number')
                 ORDER BY asked.id, contact.address,
                       contact.date DESC, contact.id DESC
                """,
                cases.ids,
            )
        )
        return {
            (case_id, address): (reached == "reached", date)
            for case_id, address, reached, date in rows
        }

    @api.model
    def _flush(self):
        self.env["cartera.contact"].flush_model()
        self.env["cartera.case"].flush_model(["company_id", "partner_id"])
        self.env["res.company"].flush_model(["parent_path"])
