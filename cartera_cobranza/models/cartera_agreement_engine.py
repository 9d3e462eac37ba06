from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..lib import agreement_rules as rules
from ..lib.agreement_fill import Split, split_item
from . import cartera_agreement_facts  # noqa: F401  (inherited: it comes first)
from .bulk_write import update_rows
from .cartera_agreement_facts import AGREEMENT_CACHES, INSTALLMENT_CACHES

# What the rules say of an agreement, as it is kept.
STANDINGS = {
    "in_time": "in_time",
    "late": "late",
    "default": "default",
    "kept": "complete",
    "expired": "expired",
}


class CarteraAgreementEngine(models.AbstractModel):
    """Judges agreements from the ledger, at night and whenever it changed.

    It reads the agreements of the debtors concerned in a few queries, lets
    ``lib/agreement_rules.py`` decide, and writes only what changed: it posts nothing
    and sends nothing, since it may be at work while somebody reads. What follows is
    done by the night: see ``cartera.agreement.default``.
    """

    _name = "cartera.agreement.engine"
    _description = "Agreement Engine"
    _inherit = ["cartera.agreement.facts"]

    # -- the nightly run ----------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Judge the agreements of the run's company, and do what follows for each on
        its own. A run of a day gone by looks back and changes nothing.

        :return: ``(number of agreements that changed, [(partner id, error), ...])``
        """
        if run.date < run.company_id._get_cartera_today():
            return 0, []

        def judge(debtor_ids):
            return self._judge(run.company_id, run.date, debtor_ids)

        count, error = run._attempt(judge, None)
        errors = []
        if error is not None:
            agreements = self._read_agreements(run.company_id, run.date, None)
            debtor_ids = {row["debtor_id"] for row in agreements}
            count, errors = run._isolate(sorted(debtor_ids), judge)
        acted, failed = self._act(run)
        coverages = self.env["cartera.agreement.coverage"]
        _done, error = run._attempt(coverages._follow_held_checks, run.company_id)
        if error is not None:
            errors.append((False, error))
        return count + acted, errors + failed

    @api.model
    def _act(self, run):
        """Do for each agreement what its standing asks for.

        :return: ``(number of agreements, [(partner id, error), ...])``
        """
        count, errors = 0, []
        for agreement in self._find_to_act(run.company_id, run.date):
            partner_id = agreement.partner_id.id
            done, error = run._attempt(agreement._act, run.date)
            if error is not None:
                errors.append((partner_id, error))
            elif done:
                count += 1
        return count, errors

    @api.model
    def _find_to_act(self, company, date):
        """The agreements whose standing asks for something, or of which something was
        asked, and the offers that were not accepted in time.

        Not by a search, which would bring in what waits of all companies first.
        """
        agreements = self.env["cartera.agreement"]
        agreements.flush_model()
        self.env["mail.activity"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM cartera_agreement
                WHERE company_id = %s AND (
                    state = 'active'
                    AND (standing IN ('default', 'expired') OR date_notice IS NOT NULL)
                    OR state IN ('kept', 'expired') AND (is_taken_back OR is_paid_late)
                    OR state = 'proposed' AND date_valid_until < %s
                    OR id IN (
                        SELECT res_id FROM mail_activity
                        WHERE res_model = 'cartera.agreement'
                            AND activity_type_id = ANY(%s)
                    )
                )
                ORDER BY id
                """,
                company.id,
                date,
                agreements._get_asking_types().ids,
            )
        )
        return agreements.browse(agreement_id for (agreement_id,) in rows)

    # -- judging ------------------------------------------------------------------

    @api.model
    def _judge(self, company, date, debtor_ids=None):
        """Judge the agreements of ``company``.

        :param date: the day as of which they are judged; when it has gone by, as the
            ledger was then
        :param debtor_ids: ids of the debtors; None for all
        :return: number of agreements that changed
        """
        if debtor_ids is not None and not debtor_ids:
            return 0
        self._flush()
        agreements = self._read_agreements(company, date, debtor_ids)
        if not agreements:
            return 0
        as_of = date if date < company._get_cartera_today() else None
        self._read_parts(agreements, as_of)
        for row in agreements:
            self._decide(row, date)
        return self._write(agreements)

    @api.model
    def _decide(self, row, date):
        """Add to an agreement what the rules say of it: its ``verdict`` and what is
        ``owed`` of the covered debt besides the instalments."""
        currency = self.env["res.currency"].browse(row["currency_id"])
        row["unit"], row["digits"] = currency.rounding, currency.decimal_places
        pieces = [self._split_item(item, row) for item in row["items"]]
        row["total"] = sum(self._to_units(item["amount"], row) for item in row["items"])
        installments = tuple(self._to_rule(part, row) for part in row["installments"])
        money = tuple(piece for taken, _credited in pieces for piece in taken)
        credited = sum(credited for _taken, credited in pieces)
        total = row["total"]
        if row["is_moved"]:
            own_money = tuple(piece for one in installments for piece in one.own_money)
        if row["is_moved"] and row["state"] == "expired":
            # The debt is back on its items but for what was paid before, which the
            # entry that moved it has settled there; what is paid now comes to them.
            row["is_moved"] = False
            installments = tuple(
                replace(one, own_money=None, own_credited=0) for one in installments
            )
            money += own_money
            credited = max(credited - sum(amount for _day, amount in own_money), 0)
        elif row["is_moved"]:
            # The covered items were settled by the entry that moved them.
            money = own_money
            credited = sum(one.own_credited for one in installments)
            total = max((one.end for one in installments), default=0)
        row["credited"] = credited
        row["verdict"] = rules.judge(
            rules.Facts(
                kind=row["kind"],
                installments=installments,
                total=total,
                money=money,
                credited=credited,
                tolerance_days=self._get_tolerance_days(row),
                tolerance_share=round((row["tolerance_percent"] or 0) * 100),
                default_missed=row["default_missed"] or 0,
                default_days=row["default_days"] or 0,
                cure_count=row["cure_count"] or 0,
            ),
            date,
        )
        row["paid"] = sum(amount for day, amount in money if day <= date)
        row["waiver"] = (
            row["total"] - total if row["is_moved"] else row["verdict"].waiver_open
        )

    @api.model
    def _to_units(self, amount, row):
        return round(amount / row["unit"])

    @api.model
    def _to_amount(self, units, row):
        return round(units * row["unit"], row["digits"])

    @api.model
    def _split_item(self, item, row):
        """What settled of an item the part that is covered.

        :return: ``([(day, amount of money), ...], amount settled otherwise)``
        """
        split = self._get_split(item, row)
        return self._take_latest(item, split, row), split.credited

    @api.model
    def _get_split(self, item, row):
        """What became of the covered part of an item, in units. One that is not in the
        books any more is settled otherwise as a whole."""
        covered = self._to_units(item["amount"], row)
        if not item["is_posted"]:
            return Split(paid=0, credited=covered, open=0)
        return split_item(
            covered,
            max(self._to_units(item["open_now"], row), 0),
            [
                (is_money, self._to_units(amount, row))
                for _day, is_money, amount in item["settled"]
            ],
            *(
                self._to_units(item[name], row)
                for name in ("credited_before", "left_out", "waived")
            ),
        )

    @api.model
    def _take_latest(self, item, split, row):
        """The money that paid the covered part: what came before paid what is not
        covered, what came after that which was left out of it."""
        taken, wanted, beyond = [], split.paid, split.beyond
        by_day = sorted(item["settled"], key=lambda piece: piece[0])
        for day, is_money, amount in reversed(by_day):
            money = self._to_units(amount, row) if is_money else 0
            after = min(money, beyond)
            beyond -= after
            part = min(money - after, wanted)
            if part > 0:
                taken.append((day, part))
                wanted -= part
        if wanted > 0:
            # Settled by what the journals do not tell to be money or not.
            taken.append((row["date_started"], wanted))
        return taken

    @api.model
    def _to_rule(self, part, row):
        own_money, own_credited = self._split_own(part, row)
        return rules.Installment(
            key=part["id"],
            date=part["date"],
            start=self._to_units(part["principal_from"], row),
            end=self._to_units(part["principal_to"], row),
            charges_open=sum(
                max(self._to_units(line["open_now"], row), 0)
                for line in part["charges"]
            ),
            charges_to_come=self._get_charges_to_come(part, row),
            own_money=own_money,
            own_credited=own_credited,
            is_asked=part["is_asked"],
        )

    @api.model
    def _split_own(self, part, row):
        """What settled the items that stand for an instalment, where the debt was moved
        to them: money and other settlements; ``(None, 0)`` where it was not."""
        if not row["is_moved"]:
            return None, 0
        whole = {"credited_before": 0, "left_out": 0, "waived": 0, "is_posted": True}
        lines = [
            {**line, **whole, "amount": line["amount_currency"]}
            for line in part["own_lines"]
        ]
        pieces = [self._split_item(line, row) for line in lines]
        moved = sum(self._to_units(line["amount"], row) for line in lines)
        principal = part["principal_to"] - part["principal_from"]
        # Of an agreement that was reinstated, what went back and forth again.
        twice = max(moved - self._to_units(principal, row), 0)
        credited = max(sum(other for _taken, other in pieces) - twice, 0)
        return tuple(piece for taken, _other in pieces for piece in taken), credited

    @api.model
    def _get_charges_to_come(self, part, row):
        """What will be invoiced of interest and fees, in units."""
        if part["charges"]:
            return 0
        return self._to_units(part["amount_charges"], row)

    @api.model
    def _get_tolerance_days(self, row):
        """Days after the agreed one on which money counts. A supervisor may have
        accepted what came later."""
        days = row["tolerance_days"] or 0
        if row["date_late_until"] and row["installments"]:
            last = row["installments"][-1]["date"]
            days = max(days, (row["date_late_until"] - last).days)
        return days

    # -- writing ------------------------------------------------------------------

    @api.model
    def _write(self, agreements):
        """Write what the ledger says of the agreements, where it is not what stands
        there.

        :return: number of agreements that changed
        """
        changed, parts = {}, {}
        for row in agreements:
            fresh = self._get_fresh(row)
            if fresh != tuple(row[name] for name in AGREEMENT_CACHES):
                changed[row["id"]] = fresh
            if row["state"] == "expired":
                continue  # its instalments are void
            for part in row["installments"]:
                fresh = self._get_fresh_part(part, row)
                if fresh != tuple(part[name] for name in INSTALLMENT_CACHES):
                    parts[part["id"]] = fresh
        self._trigger_settler(agreements, changed)
        update_rows(self.env, "cartera_agreement", AGREEMENT_CACHES, changed)
        update_rows(
            self.env, "cartera_agreement_installment", INSTALLMENT_CACHES, parts
        )
        if changed or parts:
            self.env["cartera.agreement"].invalidate_model(
                list(AGREEMENT_CACHES), flush=False
            )
            self.env["cartera.agreement.installment"].invalidate_model(
                list(INSTALLMENT_CACHES), flush=False
            )
        return len(changed)

    @api.model
    def _get_fresh(self, row):
        """Values of :data:`AGREEMENT_CACHES`."""
        verdict = row["verdict"]
        is_active = row["state"] == "active"
        is_paid = verdict.date_next is None
        ahead = [
            verdict.standings[part["id"]].open + part_to_come
            for part, part_to_come in self._get_next_parts(row)
        ]
        is_late = verdict.state == "expired" and is_paid and row["waiver"] > 0
        amounts = {
            "amount_paid": row["paid"],
            "amount_credited": row["credited"],
            "amount_open": sum(one.open for one in verdict.standings.values()),
            "amount_overdue": verdict.overdue,
            "amount_next": sum(ahead),
        }
        if not is_active:
            amounts.update(amount_open=0, amount_overdue=0, amount_next=0)
        amounts = {name: self._to_amount(value, row) for name, value in amounts.items()}
        return (
            STANDINGS[verdict.state] if is_active else None,
            amounts["amount_paid"],
            amounts["amount_credited"],
            amounts["amount_open"],
            amounts["amount_overdue"],
            verdict.date_next if is_active else None,
            amounts["amount_next"],
            verdict.missed if is_active else 0,
            verdict.days_late if is_active else 0,
            verdict.is_cured if row["state"] != "expired" else row["is_cured"],
            is_active and verdict.state == "kept",
            is_late and row["state"] != "kept",
            row["state"] == "kept"
            and (not is_paid or verdict.waiver_open > 0 or row["is_undone"]),
        )

    @api.model
    def _get_next_parts(self, row):
        """The instalments of the next day, each with its charges to come."""
        verdict = row["verdict"]
        return [
            (part, self._get_charges_to_come(part, row))
            for part in row["installments"]
            if part["date"] == verdict.date_next
            and not verdict.standings[part["id"]].is_done
        ]

    @api.model
    def _get_fresh_part(self, part, row):
        """Values of :data:`INSTALLMENT_CACHES`."""
        standing = row["verdict"].standings[part["id"]]
        return (
            standing.state,
            self._to_amount(standing.paid, row),
            self._to_amount(standing.open, row),
            standing.days_late,
            standing.date_paid,
        )

    @api.model
    def _trigger_settler(self, agreements, changed):
        """Have agreements settled soon of which all has just been paid."""
        due = list(AGREEMENT_CACHES).index("is_settlement_due")
        if any(
            changed[row["id"]][due] and not row["is_settlement_due"]
            for row in agreements
            if row["id"] in changed
        ):
            self.env["cartera.agreement.settler"]._trigger()
