from datetime import timedelta

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import split_every

from ..lib.dialer_values import read_moment
from ..lib.local_days import UTC
from . import cartera_dialer_promise  # noqa: F401  (inherited: it comes first)
from .contact_request import ContactRequest

MAX_LIST = 1000
MAX_RESULTS = 1000
BATCH = 500
# Clocks of the dialer and of the server differ.
TOLERANCE = timedelta(minutes=5)
OLDEST = timedelta(days=365)
MAX_ID = 2**31 - 1
RESULTS = ("no_answer", "reached", "third_party", "wrong_number")


class CarteraDialer(models.AbstractModel):
    """Whom a dialer may call now, and what came of it.

    Its public methods are meant for other systems, through Odoo's external API, with
    the rights of the user whose API key it is.
    """

    _name = "cartera.dialer"
    _inherit = ["cartera.dialer.promise"]
    _description = "Dialer"

    # -- whom to call -------------------------------------------------------------

    @api.model
    @api.readonly
    def get_call_list(self, limit=100, company_id=None):
        """The overdue debtors who may be called now, those who owe most first.

        :param limit: how many at most, up to 1,000
        :param company_id: one of the user's companies; the user's own unless given
        :return: list of dicts: ``case_id``, ``name``, ``contact`` (the person),
            ``phone`` (E.164), ``amount`` (overdue and collectable), ``currency`` (ISO
            code), ``days_overdue``, ``language``, ``callable_until`` (ISO 8601, UTC)
        :raise AccessError: without the role, or for a company of others
        :raise ValidationError: when the limit is not a number from 1 to 1,000
        """
        self._check_role()
        company = self._get_company(company_id)
        if type(limit) is not int or not 1 <= limit <= MAX_LIST:
            raise ValidationError(
                self.env._("The limit is a number from 1 to %s.", MAX_LIST)
            )
        cases = self.with_context(allowed_company_ids=company.ids).env["cartera.case"]
        domain = Domain("company_id", "=", company.id) & self._get_call_domain()
        ids = self.env["cartera.call.candidates"]._find(cases._search(domain))
        rows = []
        for batch in split_every(BATCH, ids):
            rows += self._get_call_rows(cases.browse(batch))
            if len(rows) >= limit:
                break
        return rows[:limit]

    def _get_call_domain(self):
        """Which cases are called at all."""
        return Domain("amount_collectable", ">", 0)

    def _get_call_rows(self, cases):
        gate = self.env["cartera.contact.gate"]
        requests = cases._get_call_requests()
        decisions = gate._decide(list(requests.values()))
        allowed = {
            case_id: request
            for (case_id, request), decision in zip(
                requests.items(), decisions, strict=True
            )
            if decision.allowed
        }
        called = cases.filtered(lambda case: case.id in allowed)
        until = gate._get_closing_times(called, "call")
        return [
            self._prepare_call_row(case, allowed[case.id], until[case.id])
            for case in called
        ]

    def _prepare_call_row(self, case, request, until):
        person = request.contact.sudo()
        return {
            "case_id": case.id,
            "name": case.sudo().partner_id.display_name,
            "contact": person.name,
            "phone": request.address,
            "amount": case.amount_collectable,
            "currency": case.currency_id.name,
            "days_overdue": case.days_overdue,
            "language": person.lang or case.company_id.partner_id.lang or "",
            "callable_until": until.isoformat(),
        }

    # -- what came of it ----------------------------------------------------------

    @api.model
    def register_results(self, results):
        """Log calls that took place. A call that is reported again, by its key, is not
        logged again; what is wrong with one does not stop the others.

        :param results: list of up to 1,000 dicts: ``key`` (unique in the company, of
            the caller's choice), ``case_id``, ``date`` (ISO 8601; UTC without offset),
            ``result`` (no_answer, reached, third_party, wrong_number, or another code
            of ``cartera.disposition``), and where known ``phone``, ``note``,
            ``promise_date`` (ISO), ``promise_amount`` (in the currency of the case)
        :return: list of dicts in the same order: ``key``, ``status`` (logged, known or
            error), ``contact_id`` (or False), ``outside`` (rule that stood against the
            call, or ``""``), ``message`` (what is wrong, or why the promise was not
            taken, or ``""``)
        :raise AccessError: without the role
        :raise ValidationError: when it is not a list of up to 1,000 dicts
        """
        self._check_role()
        if not isinstance(results, list) or not all(
            isinstance(result, dict) for result in results
        ):
            raise ValidationError(self.env._("The results are a list of objects."))
        if len(results) > MAX_RESULTS:
            raise ValidationError(
                self.env._("Send %s results at once at most.", MAX_RESULTS)
            )
        answers = [{"key": result.get("key")} for result in results]
        calls = self._read_results(results, answers)
        self._drop_known(calls, answers)
        for _day, indexes in self._group_by_day(calls):
            self._log_calls({index: calls[index] for index in indexes}, answers)
        empty = {"contact_id": False, "outside": "", "message": ""}
        return [{**empty, **answer} for answer in answers]

    def _read_results(self, results, answers):
        """The results that make sense, by index, as plain values and records; the
        others get their answer."""
        case_ids = {id_ for r in results if (id_ := self._read_id(r.get("case_id")))}
        cases = self.env["cartera.case"].with_context(
            allowed_company_ids=self.env.user.company_ids.ids
        )
        case_of = cases.search([("id", "in", list(case_ids))]).grouped("id")
        result_of = self._get_results(results)
        calls, keys = {}, set()
        for index, result in enumerate(results):
            try:
                call = self._read_result(result, case_of, result_of)
            except ValueError as error:
                answers[index].update(status="error", message=str(error))
                continue
            key = call["case"].company_id.id, call["key"]
            if key in keys:
                answers[index].update(status="known")
                continue
            keys.add(key)
            calls[index] = call
        return calls

    def _get_results(self, results):
        """The typed results that are named, by what names them: the four words that
        stay whatever a company makes of the codes, and the codes."""
        codes = {r["result"] for r in results if isinstance(r.get("result"), str)}
        known = self.env["cartera.disposition"]
        words = {word: known._get_plain(word) for word in RESULTS}
        found = {
            code: result
            for code, result in known._find_codes(codes).items()
            if result.reached in RESULTS
        }
        return {word: result for word, result in words.items() if result} | found

    def _read_result(self, result, case_of, result_of):
        """One result, checked.

        :raise ValueError: saying what is wrong
        """
        key = result.get("key")
        if not isinstance(key, str) or not key.strip():
            raise ValueError(self.env._("The key is missing."))
        case = case_of.get(self._read_id(result.get("case_id")))
        if not case:
            raise ValueError(self.env._("There is no such case."))
        word = result.get("result")
        disposition = result_of.get(word) if isinstance(word, str) else None
        if not disposition:
            raise ValueError(
                self.env._(
                    "The result is one of %s, or the code of another result of "
                    "contacts.",
                    ", ".join(RESULTS),
                )
            )
        moment = self._read_moment(result.get("date"))
        call = {
            "key": self._read_text(result, "key").strip(),
            "case": case,
            "moment": moment,
            "disposition": disposition,
            "phone": self._read_text(result, "phone"),
            "note": self._read_text(result, "note"),
            "promise": self._read_promise(result, case, moment),
        }
        return call

    def _read_id(self, value):
        """The id that a value may be, or None."""
        is_id = type(value) is int and 0 < value <= MAX_ID
        return value if is_id else None

    def _read_text(self, result, name):
        value = result.get(name) or ""
        # A NUL is a character that the database does not take.
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError(self.env._("The field %s is a text.", name))
        return value

    def _read_moment(self, value):
        try:
            moment = read_moment(value)
        except ValueError:
            raise ValueError(
                self.env._("The date is in ISO 8601, as in 2026-06-30T15:04:05Z.")
            ) from None
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        now = fields.Datetime.now().replace(tzinfo=UTC)
        if moment > now + TOLERANCE:
            raise ValueError(self.env._("The call is in the future."))
        if moment < now - OLDEST:
            raise ValueError(self.env._("The call is more than a year old."))
        return min(moment.astimezone(UTC), now)

    def _drop_known(self, calls, answers):
        """Answer those that were logged before, and take them out."""
        companies = {call["case"].company_id.id for call in calls.values()}
        # Also where the case has become somebody else's: it is known all the same.
        contacts = self.env["cartera.contact"].sudo()
        known = {
            (contact.company_id.id, contact.external_key): contact.id
            for contact in contacts.search(
                [
                    ("company_id", "in", list(companies)),
                    ("external_key", "in", [call["key"] for call in calls.values()]),
                ]
            )
        }
        for index, call in list(calls.items()):
            contact_id = known.get((call["case"].company_id.id, call["key"]))
            if contact_id:
                answers[index].update(status="known", contact_id=contact_id)
                del calls[index]

    def _group_by_day(self, calls):
        """Indexes of the calls by day, in order of time: what was done one day counts
        on the next, and laws change by day."""
        days = {}
        for index in sorted(calls, key=lambda index: calls[index]["moment"]):
            days.setdefault(calls[index]["moment"].date(), []).append(index)
        return days.items()

    def _log_calls(self, calls, answers):
        """Log the calls of one day; those that meet another report of the same key are
        known."""
        try:
            with self.env.cr.savepoint():
                self._do_log_calls(calls, answers)
        except psycopg2.errors.UniqueViolation:
            if len(calls) == 1:
                [index] = calls
                answers[index].update(status="known", contact_id=False, outside="")
                return
            for index, call in calls.items():
                self._log_calls({index: call}, answers)

    def _do_log_calls(self, calls, answers):
        requests = [
            ContactRequest(
                call["case"],
                "call",
                address=call["phone"],
                moment=call["moment"],
                happens=True,
                reached=call["disposition"].reached == "reached",
            )
            for call in calls.values()
        ]
        gate = self.env["cartera.contact.gate"]
        decisions = gate._admit(requests, "api")
        contacts = self.env["cartera.contact"]._log(
            [
                self._prepare_contact(call, decision)
                for call, decision in zip(calls.values(), decisions, strict=True)
            ]
        )
        contacts.sudo().flush_recordset()
        for index, contact, decision in zip(calls, contacts, decisions, strict=True):
            answers[index].update(
                status="logged",
                contact_id=contact.id,
                outside=decision.rule,
                message=self._take_promise(calls[index], contact),
            )

    def _prepare_contact(self, call, decision):
        return {
            "case_id": call["case"].id,
            "channel": "call",
            "date": self.env["cartera.contact.gate"]._to_naive(call["moment"]),
            "disposition_id": call["disposition"].id,
            "address": call["phone"],
            "note": call["note"],
            "origin": "api",
            "external_key": call["key"],
            "user_id": self.env.uid,
            "outside_rule": decision.rule or False,
        }

    # -- rights -------------------------------------------------------------------

    def _check_role(self):
        if not self.env.user.has_group("cartera_cobranza.group_cartera_own"):
            raise AccessError(
                self.env._("Only collectors work with call lists and their results.")
            )

    def _get_company(self, company_id):
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        if company not in self.env.user.company_ids:
            raise AccessError(self.env._("This company is not one of yours."))
        return company
