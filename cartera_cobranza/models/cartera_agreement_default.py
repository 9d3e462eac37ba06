from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from . import cartera_agreement_notice  # noqa: F401  (inherited: it comes first)

ACTIVITY = "cartera_cobranza.mail_activity_type_agreement_"

# What a supervisor is asked about.
SUBJECTS = ("default", "late", "taken_back")

# Days in which an agreement that comes back into force does not end again at once.
REINSTATED_DAYS = 10

# What is expected of an agreement in force, and of none that has ended.
NO_EXPECTATIONS = {
    "standing": False,
    "amount_open": 0,
    "amount_overdue": 0,
    "date_next": False,
    "amount_next": 0,
    "missed_count": 0,
    "days_late": 0,
    "is_settlement_due": False,
    "is_paid_late": False,
}


class CarteraAgreementDefault(models.AbstractModel):
    """What follows when an agreement is not kept: notice of default with days to cure,
    breach, expiry of a settlement, money that came late or was taken back.

    The engine says where an agreement stands; at night :meth:`_act` does what follows,
    and supervisors decide what no rule decides.
    """

    _name = "cartera.agreement.default"
    _description = "Default of an Agreement"
    _inherit = ["cartera.agreement.notice"]

    standing = fields.Selection(
        [
            ("in_time", "On time"),
            ("late", "Late"),
            ("default", "In default"),
            ("complete", "All paid"),
            ("expired", "Not paid in time"),
        ],
        readonly=True,
        copy=False,
        help="What the ledger says of an agreement in force.",
    )
    is_taken_back = fields.Boolean(
        string="Payment Taken Back",
        readonly=True,
        copy=False,
        help="The agreement was kept, and a payment of it was undone afterwards.",
    )
    accelerates = fields.Boolean(
        default=True,
        readonly=True,
        help="Once broken, all the rest is due at once, as the contract says.",
    )
    late_decision = fields.Selection(
        [("accepted", "Accepted"), ("refused", "Refused")],
        string="Late Money",
        readonly=True,
        copy=False,
        tracking=True,
    )
    date_late_until = fields.Date(
        string="Late Money Until",
        readonly=True,
        copy=False,
        help="A supervisor accepted money up to this day as if it had come in time.",
    )
    date_tolerated_until = fields.Date(
        string="Tolerated Until",
        readonly=True,
        copy=False,
        tracking=True,
        help="Up to this day a supervisor lets instalments be overdue without a "
        "notice of default.",
    )

    # -- the night ----------------------------------------------------------------

    def _act(self, date):
        """Do what the standing of the agreement asks for on ``date``.

        Safe to repeat: what was done is not done again.

        :return: whether anything was done
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset()
        if self.state == "proposed":
            return self._lapse(date)
        if self.state != "active":
            return self._ask_about_money()
        if self.standing == "expired":
            self._expire(date)
            return True
        if self.standing == "default":
            return self._act_on_default(date)
        if self.date_notice:
            self._lift_notice(self.env._("What was overdue has been paid."))
            return True
        self._forget_tasks("default")
        return False

    def _act_on_default(self, date):
        if self._is_tolerated(date):
            return False
        if self.notice_days and not self.date_notice:
            self._give_notice(date)
            return True
        if self.date_cure_until and date <= self.date_cure_until:
            return self._ask_about_notice()
        if self.accelerates:
            self._break(date, self._describe_default())
            return True
        # Without a clause that makes all of it due, nobody but a person ends it.
        return self._ask("default", self._describe_default())

    def _is_tolerated(self, date):
        """Whether the default is let be: by a supervisor's word, or because nothing is
        done about the debtor at all for now."""
        until = (self.date_tolerated_until, self.case_id.hold_until)
        return any(day and date <= day for day in until)

    def _describe_default(self):
        """The rule of the agreement that is broken, in words."""
        rules = []
        if self.default_missed and self.missed_count >= self.default_missed:
            rules.append(
                self.env._(
                    "Overdue instalments: %(missed)s. The agreement is broken by "
                    "%(most)s.",
                    missed=self.missed_count,
                    most=self.default_missed,
                )
            )
        if self.default_days and self.days_late >= self.default_days:
            rules.append(
                self.env._(
                    "Days late of the oldest instalment: %(days)s. The agreement is "
                    "broken by %(most)s.",
                    days=self.days_late,
                    most=self.default_days,
                )
            )
        return " ".join(rules)

    # -- its end ------------------------------------------------------------------

    def _break(self, date, reason):
        """End the agreement as broken: its items are owed by their own due dates again,
        and with them what would have been waived."""
        self.write({"date_default": date, "default_text": reason})
        self._close("broken", date, reason)

    def _lapse(self, date):
        """End an offer that was not accepted while it was valid."""
        if not self.date_valid_until or date <= self.date_valid_until:
            return False
        reason = self.env._(
            "Not accepted by %(day)s.", day=format_date(self.env, self.date_valid_until)
        )
        self._close("expired", date, reason)
        return True

    def _expire(self, date):
        """End a settlement whose money did not come in time."""
        reason = self.env._(
            "Not paid by %(day)s: %(paid)s of %(payable)s came in.",
            day=format_date(self.env, self._get_last_day()),
            paid=format_amount(self.env, self.amount_paid, self.currency_id),
            payable=format_amount(self.env, self.amount_payable, self.currency_id),
        )
        self._close("expired", date, reason)

    def _get_last_day(self):
        """Last day on which the money of a settlement counts."""
        day = fields.Date.add(self.date_limit, days=self.tolerance_days)
        return max(day, self.date_late_until or day)

    def _close(self, state, date, reason=None):
        """Nothing is expected any more of an agreement that has ended, but of one that
        was kept: a payment of it may be taken back."""
        was_active = self.state == "active"
        result = super()._close(state, date, reason)
        if not was_active:
            return result
        agreement = self.sudo()  # whoever may end it may have its schedule ended
        agreement._cancel_notices()
        agreement._forget_tasks("default", "late", "taken_back")
        agreement.write(NO_EXPECTATIONS)
        if state != "kept":
            rest = agreement.installment_ids.filtered(
                lambda part: part.state not in ("paid", "void")
            )
            rest.write({"state": "void", "amount_open": 0, "days_late": 0})
        return result

    def _resume(self, reason):
        """One that comes back into force is given some days: by its own rules it would
        end again the same night."""
        result = super()._resume(reason)
        today = self.company_id._get_cartera_today()
        until = fields.Date.add(today, days=REINSTATED_DAYS)
        self.date_tolerated_until = max(until, self.date_tolerated_until or until)
        if self.kind == "finiquito" and self.late_decision != "accepted":
            self.late_decision = False
            self.date_late_until = max(until, self._get_last_day())
        return result

    # -- asking a supervisor ------------------------------------------------------

    def _ask_about_money(self):
        """Ask what is to be done about money that came late, or was taken back."""
        if self.is_paid_late:
            return self._ask(
                "late",
                self.env._(
                    "All that was agreed has been paid, but after %(day)s. Accept it, "
                    "and what was to be waived is waived; or refuse it, and the rest "
                    "of the debt stays due.",
                    day=format_date(self.env, self._get_last_day()),
                ),
            )
        if self.is_taken_back:
            return self._ask(
                "taken_back",
                self.env._(
                    "A payment was taken back after the agreement had been kept. Undo "
                    "its settlement, or see to it that the payment is made again."
                ),
            )
        self._forget_tasks("late", "taken_back")
        return False

    def _ask(self, subject, note):
        """Plan a task for a supervisor, once until it is over.

        :param subject: ``default``, ``late`` or ``taken_back``
        :return: whether there was none yet
        """
        kind = self.env.ref(f"{ACTIVITY}{subject}")
        # Those that were done are archived.
        known = self.env["mail.activity"].sudo().with_context(active_test=False)
        if known.search_count(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("activity_type_id", "=", kind.id),
            ],
            limit=1,
        ):
            return False
        self.sudo().activity_schedule(
            activity_type_id=kind.id, user_id=self._get_decider().id, note=note
        )
        return True

    @api.model
    def _get_asking_types(self, *subjects):
        """Types of the tasks by which supervisors are asked; all unless told."""
        return self.env["mail.activity.type"].union(
            *(self.env.ref(f"{ACTIVITY}{subject}") for subject in subjects or SUBJECTS)
        )

    def _get_decider(self):
        """Who leads the collector's team, or else one of the supervisors."""
        return self.case_id._get_supervisor() or self.env.user

    def _forget_tasks(self, *subjects):
        """What was asked is over, whether it was done or not: it may be asked anew."""
        kinds = self._get_asking_types(*subjects).ids
        # Those that were done are archived, and told of in the messages.
        tasks = self.env["mail.activity"].sudo().with_context(active_test=False)
        tasks.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "in", kinds),
            ]
        ).unlink()

    # -- what supervisors decide --------------------------------------------------

    def action_declare_broken(self):
        """Ask why the agreement is broken."""
        return self._open_ruling("broken")

    def action_lift_notice(self):
        """Ask why, and until when, the default is let be."""
        return self._open_ruling("lift")

    def action_accept_late(self):
        """Ask why the money that came late is accepted."""
        return self._open_ruling("accept")

    def action_refuse_late(self):
        """Ask why the money that came late is refused."""
        return self._open_ruling("refuse")

    def _open_ruling(self, ruling):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_agreement_ruling_action"
        )
        action["context"] = {
            "default_agreement_id": self.id,
            "default_ruling": ruling,
        }
        return action

    def _check_ruling(self, is_possible, message):
        """:raise AccessError: unless a supervisor asks
        :raise UserError: with ``message``, unless it is possible"""
        self.ensure_one()
        self.check_access("write")
        self._check_supervisor()
        if not is_possible:
            raise UserError(message)

    def _declare_broken(self, reason):
        """End the agreement as broken whatever its rule says, as a supervisor."""
        self._check_ruling(
            self.state == "active",
            self.env._("Only an agreement in force can be declared broken."),
        )
        self.sudo()._break(self.company_id._get_cartera_today(), reason)

    def _tolerate(self, reason, until):
        """Lift the notice of default and give none until a day, as a supervisor."""
        self._check_ruling(
            self.state == "active" and self.standing in ("late", "default"),
            self.env._(
                "Nothing is to be lifted: no instalment of the agreement is overdue."
            ),
        )
        today = self.company_id._get_cartera_today()
        if not until or until < today:
            raise UserError(
                self.env._("Say until when the default is let be: a day to come.")
            )
        agreement = self.sudo()
        agreement.date_tolerated_until = until
        agreement._lift_notice(reason)

    def _accept_late(self, reason):
        """Let the money that came late count as if it had come in time, as a
        supervisor: the settlement is in force again, and paid."""
        self._check_late()
        agreement = self.sudo()
        agreement.write(
            {
                "late_decision": "accepted",
                "date_late_until": self.company_id._get_cartera_today(),
            }
        )
        if agreement.state == "expired":
            agreement._resume(reason)
        agreement._end_late(reason)

    def _refuse_late(self, reason):
        """Leave the settlement expired in spite of the money that came, as a
        supervisor."""
        self._check_late()
        agreement = self.sudo()
        agreement.write({"late_decision": "refused", "is_paid_late": False})
        agreement._end_late(reason)

    def _check_late(self):
        self._check_ruling(
            self.is_paid_late,
            self.env._("No money of the agreement waits for a decision."),
        )

    def _end_late(self, reason):
        self._message_log(body=reason)
        self.activity_unlink([f"{ACTIVITY}late"])
        self._judge_now()
