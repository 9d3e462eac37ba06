from odoo import api, models
from odoo.tools import SQL


class CarteraSegmentEngine(models.AbstractModel):
    """Puts the cases of a company in segments, all in one statement: the segment that
    was pinned by hand, or else the first one whose rules hold."""

    _name = "cartera.segment.engine"
    _description = "Segment Engine"

    @api.model
    def _run_phase(self, run):
        """Put every debtor of the run's company in its segment.

        :return: ``(number of cases that changed, [])``
        """
        return self._assign(run.company_id, run.date), []

    @api.model
    def _assign(self, company, date, ids=None):
        """Write the segment of the cases where it has changed, and drop pins whose day
        is over.

        :param date: the day on which days past due are counted
        :param ids: case ids, or None for all of ``company``
        :return: number of cases whose segment changed
        """
        segments = self.env["cartera.segment"].sudo()._get_segments(company)
        cases = self.env["cartera.case"].sudo()
        cases.flush_model()
        lapsed = self._drop_pins(company, date, ids)
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_case known
                SET segment_id = fresh.segment_id
                FROM (%s) fresh
                WHERE fresh.id = known.id
                    AND fresh.segment_id IS DISTINCT FROM known.segment_id
                """,
                self._get_fresh_sql(segments, company, date, ids),
            )
        )
        changed = self.env.cr.rowcount
        if changed or lapsed:
            cases.invalidate_model(
                [
                    "segment_id",
                    "segment_pin_id",
                    "segment_pin_until",
                    "segment_pin_reason",
                    "strategy_id",
                ],
                flush=False,
            )
            self.env["cartera.segment"].invalidate_model(["case_ids"], flush=False)
        return changed

    @api.model
    def _drop_pins(self, company, date, ids):
        """Drop the pins that no longer hold on ``date``.

        :return: number of cases that had one
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_case
                SET segment_pin_id = NULL, segment_pin_until = NULL,
                    segment_pin_reason = NULL
                WHERE company_id = %s AND segment_pin_until < %s %s
                """,
                company.id,
                date,
                self._get_some_cases_sql("id", ids),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _count_matches(self, segment, company):
        """How many debtors of ``company`` the rules put in ``segment``, which may be
        one that is still being edited.

        :raise ValidationError: when its other conditions are no filter
        """
        if not segment.active or (segment.company_id or company) != company:
            return 0
        segments = self.env["cartera.segment"].sudo()
        others = segments._get_segments(company) - segment._origin
        ordered = list(others)
        place = sum(
            (other.sequence, other.id)
            < (segment.sequence, segment._origin.id or float("inf"))
            for other in others
        )
        ordered.insert(place, segment.sudo())
        return self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM (%s) fresh WHERE segment_id = %s",
                self._get_fresh_sql(ordered, company, company._get_cartera_today()),
                segment._origin.id or 0,
            )
        )[0][0]

    @api.model
    def _get_fresh_sql(self, segments, company, date, ids=None):
        """One row per case: its id and the segment it belongs to.

        :param segments: ``cartera.segment`` records in the order of asking; one that
            has not been saved yet stands for id 0
        """
        self.env["cartera.case"].flush_model()
        self.env["res.partner"].flush_model(
            ["cartera_debtor_kind", "category_id", "country_id", "user_id"]
        )
        cases = [
            SQL(
                "WHEN %s THEN %s",
                self._get_rules_sql(segment, company, date),
                segment._origin.id or 0,
            )
            for segment in segments
        ]
        by_rules = SQL("NULL::int")
        if cases:
            by_rules = SQL("CASE %s END", SQL(" ").join(cases))
        return SQL(
            """
            SELECT
                debtor.id,
                CASE
                    WHEN debtor.segment_pin_id IS NOT NULL
                        AND debtor.segment_pin_until >= %(date)s
                    THEN debtor.segment_pin_id
                    ELSE %(by_rules)s
                END AS segment_id
            FROM cartera_case debtor
            JOIN res_partner partner ON partner.id = debtor.partner_id
            WHERE debtor.company_id = %(company)s %(some_cases)s
            """,
            date=date,
            by_rules=by_rules,
            company=company.id,
            some_cases=self._get_some_cases_sql("debtor.id", ids),
        )

    @api.model
    def _get_some_cases_sql(self, column, ids):
        if ids is None:
            return SQL()
        name = SQL(".").join(SQL.identifier(part) for part in column.split("."))
        return SQL("AND %s = ANY(%s)", name, list(ids))

    @api.model
    def _get_rules_sql(self, segment, company, date):
        """Condition on ``debtor`` (a case) and ``partner`` that all rules hold."""
        days = SQL("COALESCE(%s - debtor.date_oldest_due, 0)", date)
        tests = [
            (
                segment.min_balance,
                SQL("debtor.amount_total >= %s", segment.min_balance),
            ),
            (
                segment.max_balance,
                SQL("debtor.amount_total <= %s", segment.max_balance),
            ),
            (segment.min_days, SQL("%s >= %s", days, segment.min_days)),
            (segment.max_days, SQL("%s <= %s", days, segment.max_days)),
            (segment.debtor_kind, self._get_kind_sql(segment)),
            (
                segment.country_ids,
                SQL("partner.country_id = ANY(%s)", segment.country_ids._origin.ids),
            ),
            (
                segment.salesperson_ids,
                SQL("partner.user_id = ANY(%s)", segment.salesperson_ids._origin.ids),
            ),
            (
                segment.stage_ids,
                SQL("debtor.stage_id = ANY(%s)", segment.stage_ids._origin.ids),
            ),
            (segment.category_ids, self._get_tags_sql(segment.category_ids)),
        ]
        conditions = [condition for filled, condition in tests if filled]
        if segment.domain:
            cases = self.env["cartera.case"].sudo().with_company(company)
            found = cases._search(segment._get_domain())
            conditions.append(SQL("debtor.id IN %s", found.subselect()))
        return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")

    @api.model
    def _get_kind_sql(self, segment):
        person = SQL("partner.cartera_debtor_kind = 'person'")
        return person if segment.debtor_kind == "person" else SQL("NOT %s", person)

    @api.model
    def _get_tags_sql(self, tags):
        field = self.env["res.partner"]._fields["category_id"]
        return SQL(
            "EXISTS (SELECT 1 FROM %s tagged WHERE tagged.%s = partner.id "
            "AND tagged.%s = ANY(%s))",
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
            SQL.identifier(field.column2),
            tags._origin.ids,
        )
