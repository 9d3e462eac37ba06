from odoo import fields, models

from .channels import ACTIONS, CHANNELS, OTHER_ACTIONS  # noqa: F401


class CarteraStrategy(models.Model):
    """What is done with the debtors of a segment (política de cobranza), step by
    step."""

    _name = "cartera.strategy"
    _description = "Collection Strategy"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty for a strategy that all companies share.",
    )
    description = fields.Text(translate=True)
    step_ids = fields.One2many("cartera.strategy.step", "strategy_id", copy=True)
    segment_ids = fields.One2many("cartera.segment", "strategy_id")


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
        help="Negative: before. Before the due date the step is done once per item, "
        "afterwards once per episode of arrears.",
    )
    catch_up_days = fields.Integer(
        string="At the Latest After",
        default=30,
        help="Days after its own day on which the step is still done when it could not "
        "be done before. Zero: no limit.",
    )
    wait_after = fields.Integer(
        string="Wait After",
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
    template_id = fields.Many2one(
        "cartera.message.template", ondelete="restrict", check_company=True
    )
    fallback_channel = fields.Boolean(
        string="Fall Back",
        default=True,
        help="When the debtor cannot be reached this way, by the one that worked last.",
    )
    attach_invoices = fields.Boolean(string="Attach Invoices")
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
    server_action_id = fields.Many2one(
        "ir.actions.server",
        ondelete="restrict",
        domain="[('model_name', '=', 'cartera.case')]",
    )
    webhook_url = fields.Char(string="Webhook")
    cost = fields.Monetary(
        help="Of one execution, in the currency of the company. Plans add it up."
    )

    # -- conditions ---------------------------------------------------------------
    min_amount = fields.Monetary(string="Overdue From")
    max_amount = fields.Monetary(string="Overdue To", help="Zero: no upper limit.")
    min_share = fields.Float(string="Overdue Share From (%)", digits=(5, 2))
    bucket_ids = fields.Many2many("cartera.aging.bucket", string="Buckets")
    stage_ids = fields.Many2many(
        "cartera.stage", relation="cartera_strategy_step_stage_rel", string="Stages"
    )
    segment_ids = fields.Many2many("cartera.segment", string="Segments")
    lang_ids = fields.Many2many("res.lang", string="Languages")

    def _compute_currency_id(self):
        for step in self:
            step.currency_id = (step.company_id or self.env.company).currency_id
