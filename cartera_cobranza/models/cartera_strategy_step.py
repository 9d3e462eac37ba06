from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .channels import ACTIONS, SPOKEN, WRITTEN

# What a step of each action cannot do without.
REQUIRED_FIELDS = {
    **dict.fromkeys(WRITTEN, "template_id"),
    "stage": "stage_id",
    "hold": "hold_days",
    "server_action": "server_action_id",
    "webhook": "webhook_url",
}

# What the action of a step needs to know. A plan keeps these as they were when it was
# simulated, so that it does what was looked at.
ACTION_FIELDS = (
    "action",
    "name",
    "template_id",
    "fallback_channel",
    "attach_invoices",
    "activity_type_id",
    "user_id",
    "stage_id",
    "hold_days",
    "server_action_id",
    "webhook_url",
)


class CarteraStrategyStep(models.Model):
    _name = "cartera.strategy.step"
    _description = "Strategy Step"
    _order = "strategy_id, sequence, id"
    _check_company_auto = True

    strategy_id = fields.Many2one(
        "cartera.strategy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="strategy_id.company_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10,
        help="Order of strength: of several messages due on one day the strongest, "
        "that is the last one, is sent.",
    )
    active = fields.Boolean(default=True)

    # -- clock --------------------------------------------------------------------
    clock = fields.Selection(
        [
            ("due", "Days from the due date"),
            ("stage", "Days since the stage was entered"),
            ("previous", "Days since the previous step"),
            ("promise", "Days from the promised date"),
            ("promise_made", "Days since a promise was made"),
            ("payment", "Days since a payment"),
        ],
        required=True,
        default="due",
    )
    offset_days = fields.Integer(
        string="Days",
        help="Negative: before. Up to the due date the step is done once per item, "
        "afterwards once per episode of arrears, counted from the oldest item.",
    )
    when_label = fields.Char(string="When", compute="_compute_when_label")
    catch_up_days = fields.Integer(
        string="At the Latest After",
        default=30,
        help="Days after its own day on which the step is still done when it could not "
        "be done before. Zero: no limit.",
    )
    wait_after = fields.Integer(
        help="Days after this step in which no other step of the strategy is done.",
    )
    max_executions = fields.Integer(
        string="Times", default=1, help="How often at most in one episode of arrears."
    )
    repeat_days = fields.Integer(
        string="Repeat Every", help="Days between two executions of the step."
    )
    is_exit = fields.Boolean(
        string="Ends the Strategy",
        help="No other step is done in this episode of arrears after this one.",
    )

    # -- action -------------------------------------------------------------------
    action = fields.Selection(ACTIONS, required=True, default="email")
    action_kind = fields.Selection(
        [("message", "Message"), ("spoken", "Call or visit"), ("other", "Other")],
        compute="_compute_action_kind",
    )
    template_id = fields.Many2one(
        "cartera.message.template", ondelete="restrict", check_company=True
    )
    fallback_channel = fields.Boolean(
        string="Fall Back",
        default=True,
        help="When the debtor cannot be reached this way, by the one that worked last.",
    )
    attach_invoices = fields.Boolean()
    activity_type_id = fields.Many2one("mail.activity.type", ondelete="restrict")
    script = fields.Html(translate=True, help="What to say on the phone or on a visit.")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        help="Leave empty for the collector of the case.",
    )
    stage_id = fields.Many2one(
        "cartera.stage", string="To Stage", ondelete="restrict", check_company=True
    )
    hold_days = fields.Integer(string="Hold For")
    # Whoever chooses them lets the server act with all rights, and in its network.
    server_action_id = fields.Many2one(
        "ir.actions.server",
        groups="base.group_system",
        ondelete="restrict",
        domain="[('model_name', '=', 'cartera.case')]",
    )
    webhook_url = fields.Char(string="Webhook", groups="base.group_system")
    target = fields.Char(
        compute="_compute_target",
        compute_sudo=True,
        help="What is run or told. Only an administrator chooses it.",
    )
    cost = fields.Monetary(
        help="Of one execution, in the currency of the company. Plans add it up."
    )

    # -- conditions ---------------------------------------------------------------
    min_amount = fields.Monetary(
        string="Amount From",
        help="Overdue and collectable; before the due date, of the item.",
    )
    max_amount = fields.Monetary(string="Amount To", help="Zero: no upper limit.")
    min_share = fields.Float(
        string="Overdue Share From (%)",
        digits=(5, 2),
        help="Share of the whole debt that must be overdue and collectable.",
    )
    bucket_ids = fields.Many2many("cartera.aging.bucket", string="Buckets")
    stage_ids = fields.Many2many(
        "cartera.stage", relation="cartera_strategy_step_stage_rel", string="Stages"
    )
    segment_ids = fields.Many2many("cartera.segment", string="Segments")
    lang_ids = fields.Many2many("res.lang", string="Languages")

    _numbers_valid = models.Constraint(
        "CHECK (catch_up_days >= 0 AND wait_after >= 0 AND max_executions >= 1 "
        "AND repeat_days >= 0 AND hold_days >= 0 AND cost >= 0 AND min_amount >= 0 "
        "AND max_amount >= 0 AND min_share BETWEEN 0 AND 100)",
        "Days, amounts and costs of a step cannot be negative, its share is between 0 "
        "and 100 %, and it is done once at least.",
    )
    _repeat_valid = models.Constraint(
        "CHECK (max_executions = 1 OR repeat_days > 0)",
        "A step that is done several times needs the days between two of them.",
    )
    _offset_valid = models.Constraint(
        "CHECK (offset_days >= 0 OR clock IN ('due', 'promise'))",
        "Only a due date and a promised date have days before them.",
    )

    # -- computes -----------------------------------------------------------------

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for step in self:
            step.currency_id = (step.company_id or self.env.company).currency_id

    @api.depends("action")
    def _compute_action_kind(self):
        for step in self:
            step.action_kind = (
                "message"
                if step.action in WRITTEN
                else "spoken"
                if step.action in SPOKEN
                else "other"
            )

    @api.depends("action", "server_action_id.name", "webhook_url")
    def _compute_target(self):
        for step in self:
            step.target = {
                "server_action": step.server_action_id.name,
                # The rest of the address may hold a key.
                "webhook": urlsplit(step.webhook_url or "").hostname,
            }.get(step.action)

    @api.depends("clock", "offset_days")
    @api.depends_context("lang")
    def _compute_when_label(self):
        labels = self._get_when_labels()
        for step in self:
            number = abs(step.offset_days)
            side = (
                "before"
                if step.offset_days < 0
                else "after"
                if step.offset_days
                else "on"
            )
            days = self.env._("1 day")
            if number != 1:
                days = self.env._("%(number)s days", number=number)
            label = labels.get(step.clock, {}).get(side, "")
            step.when_label = label % {"days": days} if number else label

    @api.model
    def _get_when_labels(self):
        """How the moment of a step reads, by clock and side of it; ``%(days)s`` stands
        for "1 day" or "8 days"."""
        # Not keyed by pairs: Odoo's extractor of texts takes a parenthesis that follows
        # a translated text for another one.
        return {
            "due": {
                "before": self.env._("%(days)s before due"),
                "on": self.env._("On the due date"),
                "after": self.env._("%(days)s past due"),
            },
            "stage": {
                "on": self.env._("On entering the stage"),
                "after": self.env._("%(days)s in the stage"),
            },
            "previous": {
                "on": self.env._("With the previous step"),
                "after": self.env._("%(days)s after the previous step"),
            },
            "promise": {
                "before": self.env._("%(days)s before the promised date"),
                "on": self.env._("On the promised date"),
                "after": self.env._("%(days)s after a promise not kept"),
            },
            "promise_made": {
                "on": self.env._("When a promise is made"),
                "after": self.env._("%(days)s after a promise"),
            },
            "payment": {
                "on": self.env._("When a payment comes in"),
                "after": self.env._("%(days)s after a payment"),
            },
        }

    # -- constraints --------------------------------------------------------------

    @api.constrains("action", *set(REQUIRED_FIELDS.values()))
    def _check_action(self):
        for step in self.sudo():
            name = REQUIRED_FIELDS.get(step.action)
            if not name or step[name]:
                continue
            field = step._fields[name]
            label = field._description_string(self.env)
            if field.groups:
                text = self.env._(
                    "The step %(step)s does nothing yet: only an administrator fills "
                    "in “%(field)s”.",
                    step=step.name,
                    field=label,
                )
            else:
                text = self.env._(
                    "The step %(step)s does nothing yet: fill in “%(field)s”.",
                    step=step.name,
                    field=label,
                )
            raise ValidationError(text)

    @api.constrains("clock", "max_executions", "offset_days")
    def _check_repetition(self):
        for step in self:
            per_item = step.clock == "due" and step.offset_days <= 0
            if step.max_executions > 1 and per_item:
                raise ValidationError(
                    self.env._(
                        "The step %(step)s is done once for each item before it is "
                        "due, and cannot be repeated.",
                        step=step.name,
                    )
                )

    @api.constrains("server_action_id", "webhook_url")
    def _check_target(self):
        for step in self.sudo():
            action = step.server_action_id
            if action and action.model_name != "cartera.case":
                raise ValidationError(
                    self.env._(
                        "The server action %(action)s does not work on cases.",
                        action=action.name,
                    )
                )
            url = step.webhook_url or ""
            if url and not url.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._(
                        "%(url)s is no web address. It begins with https://.", url=url
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # Collectors see some of these only.
        used = self.env["cartera.step.execution"].sudo()
        planned = self.env["cartera.plan.line"].sudo()
        if used.search_count(
            [("step_id", "in", self.ids)], limit=1
        ) or planned.search_count(
            [
                ("step_id", "in", self.ids),
                ("plan_id.state", "in", ("approved", "running")),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "Steps that were done for a debtor stay in the records. Archive "
                    "them, and they will not be done any more."
                )
            )

    # -- copies -------------------------------------------------------------------

    def copy_data(self, default=None):
        if self.env.su or self.env.user.has_group("base.group_system"):
            return super().copy_data(default)
        if targeted := self.sudo().filtered("target"):
            raise UserError(
                self.env._(
                    "Only an administrator duplicates the step %(step)s, which runs or "
                    "tells %(target)s.",
                    step=targeted[0].name,
                    target=targeted[0].target,
                )
            )
        # What they may not read, not even that it is empty.
        hidden = dict.fromkeys(("server_action_id", "webhook_url"), False)
        return [
            {name: value for name, value in vals.items() if name not in hidden}
            for vals in super().copy_data({**hidden, **(default or {})})
        ]

    # -- what plans keep ----------------------------------------------------------

    def _get_action_values(self):
        """What the actions of the steps need to know, as plain values.

        :return: dict of step id (as a string) to a dict of :data:`ACTION_FIELDS`
        """
        return {
            str(step.id): {
                name: step[name].id
                if isinstance(step[name], models.BaseModel)
                else step[name]
                for name in ACTION_FIELDS
            }
            for step in self
        }
