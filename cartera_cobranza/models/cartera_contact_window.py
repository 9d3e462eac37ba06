"""The rows of a contact policy: hours, and numbers of contacts."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import contact_window
from .channels import CHANNELS

CHANNEL_GROUPS = [
    ("all", "All channels"),
    ("spoken", "Calls and visits"),
    ("written", "Messages and letters"),
    *CHANNELS,
]
WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
    (str(contact_window.HOLIDAY), "Public holiday"),
]


def get_channels(group):
    """The channel codes of one of CHANNEL_GROUPS, as a frozenset."""
    groups = {
        "all": contact_window.CHANNELS,
        "spoken": contact_window.SPOKEN,
        "written": contact_window.WRITTEN,
    }
    return groups.get(group) or frozenset({group})


class CarteraContactPolicyRow(models.AbstractModel):
    """A row that belongs to its policy: it changes with its rights and in its log."""

    _name = "cartera.contact.policy.row"
    _description = "Row of a Contact Policy"

    policy_id = fields.Many2one(
        "cartera.contact.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    channels = fields.Selection(CHANNEL_GROUPS, required=True, default="all")

    @api.model_create_multi
    def create(self, vals_list):
        ids = [vals["policy_id"] for vals in vals_list if vals.get("policy_id")]
        policies = self.env["cartera.contact.policy"].browse(ids)
        with policies._changing_rows():
            return super().create(vals_list)

    def write(self, vals):
        policies = self.policy_id
        if vals.get("policy_id"):
            policies |= policies.browse(vals["policy_id"])
        with policies._changing_rows():
            return super().write(vals)

    def unlink(self):
        with self.policy_id._changing_rows():
            return super().unlink()

    def _get_label(self, field_name):
        """What the user reads for the value of a selection."""
        field = self._fields[field_name]
        return field.convert_to_export(self[field_name], self)


class CarteraContactPolicyWindow(models.Model):
    _name = "cartera.contact.policy.window"
    _inherit = ["cartera.contact.policy.row"]
    _description = "Contact Hours"
    _order = "policy_id, channels, weekday, hour_from, id"

    weekday = fields.Selection(WEEKDAYS, string="Day", required=True, default="0")
    hour_from = fields.Float(string="From Hour", required=True, default=8.0)
    hour_to = fields.Float(
        string="To Hour",
        required=True,
        default=19.0,
        help="The first minute at which the debtor may no longer be contacted.",
    )

    @api.depends("weekday", "hour_from", "hour_to")
    def _compute_display_name(self):
        for window in self:
            window.display_name = (
                f"{window._get_label('weekday')} {window._get_hours()}"
            )

    @api.constrains("hour_from", "hour_to")
    def _check_hours(self):
        for window in self:
            lib = window._to_lib()
            if not 0 <= lib.minute_from < lib.minute_to <= 24 * 60:
                raise ValidationError(
                    self.env._(
                        "%(policy)s: the hours %(hours)s of %(day)s are not possible. "
                        "They begin before they end, between 00:00 and 24:00.",
                        policy=window.policy_id.name,
                        hours=window._get_hours(),
                        day=window._get_label("weekday"),
                    )
                )

    @api.constrains("policy_id", "channels", "weekday", "hour_from", "hour_to")
    def _check_overlap(self):
        for windows in self.policy_id.window_ids.grouped(
            lambda w: (w.policy_id, w.weekday)
        ).values():
            ordered = windows.sorted("hour_from")
            for number, later in enumerate(ordered):
                for window in ordered[:number]:
                    if window._overlaps(later):
                        window._raise_overlap(later)

    def _overlaps(self, later):
        return later.hour_from < self.hour_to and not get_channels(
            self.channels
        ).isdisjoint(get_channels(later.channels))

    def _raise_overlap(self, later):
        raise ValidationError(
            self.env._(
                "%(policy)s: on %(day)s the hours %(some)s and %(others)s overlap for "
                "the same channel. Put them in one row.",
                policy=self.policy_id.name,
                day=self._get_label("weekday"),
                some=self._get_hours(),
                others=later._get_hours(),
            )
        )

    def _get_hours(self):
        return f"{_clock(self.hour_from)}-{_clock(self.hour_to)}"

    def _to_lib(self):
        """The window as :class:`lib.contact_window.Window`."""
        return contact_window.Window(
            get_channels(self.channels),
            int(self.weekday),
            round(self.hour_from * 60),
            round(self.hour_to * 60),
        )


class CarteraContactPolicyCap(models.Model):
    _name = "cartera.contact.policy.cap"
    _inherit = ["cartera.contact.policy.row"]
    _description = "Number of Contacts"
    _order = "policy_id, channels, id"

    each_channel = fields.Boolean(
        string="Each on Its Own",
        help="Each channel is counted on its own; otherwise all of them together.",
    )
    max_count = fields.Integer(
        string="At Most",
        required=True,
        default=0,
        help="Contacts within the period. Zero: any number.",
    )
    period = fields.Selection(
        [
            ("day", "Day"),
            ("iso_week", "Week, Monday to Sunday"),
            ("rolling_week", "Any seven days"),
        ],
        required=True,
        default="day",
    )
    min_gap_days = fields.Integer(
        string="Days Apart",
        required=True,
        default=0,
        help="From one contact to the next: after one on Monday, 2 means Wednesday.",
    )
    counted = fields.Selection(
        [
            ("attempt", "Each attempt"),
            ("reached", "Those that reached somebody"),
        ],
        required=True,
        default="attempt",
        help="Whether a call or a visit counts that reached nobody. Messages count "
        "once they are sent.",
    )
    article = fields.Char(help="Where it is written.")

    _check_numbers = models.Constraint(
        "CHECK (max_count >= 0 AND min_gap_days >= 0 AND max_count + min_gap_days > 0)",
        "A limit is a number of contacts in the period, a number of days between them, "
        "or both.",
    )

    @api.depends("channels", "each_channel", "max_count", "period", "min_gap_days")
    def _compute_display_name(self):
        for cap in self:
            channels = cap._get_label("channels")
            if cap.each_channel:
                channels = self.env._("%s, each", channels)
            parts = []
            if cap.max_count:
                period = cap._get_label("period")
                parts.append(f"{cap.max_count} / {period}")
            if cap.min_gap_days:
                parts.append(self.env._("%s days apart", cap.min_gap_days))
            cap.display_name = f"{channels}: {', '.join(parts)}"

    def _to_lib(self):
        """The limit as :class:`lib.contact_window.Cap`."""
        return contact_window.Cap(
            channels=get_channels(self.channels),
            each_channel=self.each_channel,
            max_count=self.max_count,
            period=self.period,
            min_gap_days=self.min_gap_days,
            counted=self.counted,
            article=self.article or "",
        )


def _clock(hours):
    """Hours as a fraction, as a clock shows them."""
    return "{:02d}:{:02d}".format(*divmod(round(hours * 60), 60))
