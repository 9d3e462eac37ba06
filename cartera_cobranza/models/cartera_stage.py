from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..lib import stage_rules


class CarteraStage(models.Model):
    _name = "cartera.stage"
    _description = "Collection Stage"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short name that rules and reports refer to."
    )
    sequence = fields.Integer(
        default=10, help="Order of escalation: the lowest stage is where cases begin."
    )
    active = fields.Boolean(default=True)
    fold = fields.Boolean(string="Folded in Kanban")
    description = fields.Text(
        translate=True, help="What is done in this stage, for those who work in it."
    )
    script = fields.Html(
        translate=True,
        help="What collectors say and ask in this stage; they see it in the case and "
        "while they note a contact.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty for a stage that all companies share.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    contact_tier = fields.Integer(
        string="Contacts up to Tier",
        default=1,
        required=True,
        help="Messages go to the collections contact of the highest tier up to this "
        "one: 1 is who pays, 2 whoever decides, 3 the management.",
    )

    # -- entry rule ---------------------------------------------------------------
    min_days = fields.Integer(
        string="Days Past Due",
        help="Days past due that the oldest collectable item must have reached.",
    )
    min_amount = fields.Monetary(
        string="Overdue Amount",
        help="Overdue collectable amount below which the stage is not reached. For a "
        "stage that companies share it counts in the currency of each.",
    )
    min_share = fields.Float(
        string="Overdue Share (%)",
        digits=(5, 2),
        help="Share of the whole debt that must be overdue and collectable.",
    )
    min_broken_promises = fields.Integer(
        string="Or Broken Promises",
        help="The stage is reached before its days as soon as the debtor is overdue "
        "and has not kept so many promises in the last 180 days. Zero: they don't "
        "matter.",
    )
    on_broken_agreement = fields.Boolean(
        string="Or a Broken Agreement",
        help="The stage is reached before its days as soon as the debtor is overdue "
        "and has broken an agreement in the last 180 days.",
    )
    automatic = fields.Boolean(
        default=True,
        help="Cases enter and leave this stage by themselves at night. Otherwise the "
        "move is proposed to a supervisor, who decides.",
    )

    consequence_ids = fields.One2many(
        "cartera.stage.consequence",
        "stage_id",
        string="Consequences",
        context={"active_test": False},
        help="What the stage brings about for the debtors in it, undone when they "
        "leave it. Debtors who are in it already are concerned from the next night.",
    )

    credit_limit_unused = fields.Boolean(compute="_compute_credit_limit_unused")

    # Two indexes: to a single one, rows without company would never be equal.
    _code_uniq = models.UniqueIndex(
        "(code, company_id) WHERE company_id IS NOT NULL",
        "There is a stage with this code already.",
    )
    _code_shared_uniq = models.UniqueIndex(
        "(code) WHERE company_id IS NULL",
        "There is a stage with this code already.",
    )
    _contact_tier_range = models.Constraint(
        "CHECK (contact_tier BETWEEN 1 AND 3)", "There are three tiers of contacts."
    )
    _rule_positive = models.Constraint(
        "CHECK (min_days >= 0 AND min_amount >= 0 AND min_share BETWEEN 0 AND 100 "
        "AND COALESCE(min_broken_promises, 0) >= 0)",
        "Days, amount and broken promises of an entry rule cannot be negative, and its "
        "share is between 0 and 100 %.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for stage in self:
            stage.currency_id = (stage.company_id or self.env.company).currency_id

    @api.depends("company_id", "consequence_ids.kind", "consequence_ids.active")
    @api.depends_context("company")
    def _compute_credit_limit_unused(self):
        for stage in self:
            company = stage.company_id or self.env.company
            kinds = stage.consequence_ids.filtered("active").mapped("kind")
            stage.credit_limit_unused = not company.account_use_credit_limit and any(
                kind.startswith("credit_") for kind in kinds if kind
            )

    @api.model
    def _get_stages(self, company):
        """Stages of ``company``, shared ones included, in order of escalation."""
        # Whatever the reader looks at, no case begins in an archived stage.
        stages = self.with_context(active_test=True)
        return stages.search([("company_id", "in", [False, company.id])])

    @api.model
    def _get_first_stage(self, company):
        """The stage in which the cases of ``company`` begin and to which they return.
        There is always one: the last shared stage cannot be archived."""
        return self._get_stages(company)[:1]

    def _get_rules(self):
        """Entry rules of the stages, ranked in order of escalation.

        :return: dict of stage to :class:`~..lib.stage_rules.StageRule`
        """
        return {
            stage: stage_rules.StageRule(
                stage=stage.id,
                rank=rank,
                min_days=stage.min_days,
                min_amount=stage.min_amount,
                min_share=stage.min_share,
                automatic=stage.automatic,
                min_broken=stage.min_broken_promises,
                on_broken_agreement=stage.on_broken_agreement,
            )
            for rank, stage in enumerate(self.sorted())
        }

    @api.constrains("active", "company_id")
    def _check_one_left(self):
        self._check_first_stage_left(self.browse())
        self.filtered(lambda stage: not stage.active)._check_unused()
        for stage in self.filtered("company_id"):
            stage._check_unused([("company_id", "!=", stage.company_id.id)])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()
        self._check_first_stage_left(self)

    @api.model
    def _check_first_stage_left(self, leaving):
        rest = [("company_id", "=", False), ("id", "not in", leaving.ids)]
        if not self.search_count(rest, limit=1):
            raise ValidationError(
                self.env._(
                    "Cases need a stage to begin in. Keep at least one that all "
                    "companies share."
                )
            )

    def _check_unused(self, domain=()):
        """Refuse when there are cases in the stages, of those in ``domain``."""
        cases = self.env["cartera.case"].sudo()  # cases of other companies count too
        if cases.search_count([("stage_id", "in", self.ids), *domain], limit=1):
            raise UserError(
                self.env._(
                    "There are cases in the stages %(stages)s. Move them to another "
                    "stage first.",
                    stages=", ".join(self.mapped("name")),
                )
            )
