from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import wording
from .cartera_message_template import CLAIMING_KINDS

# What the layout says in every message that claims something, and what it takes. That
# the company has contact means is looked at when a message is sent.
ALWAYS_SAID = frozenset(
    {"creditor", "agent_name", "contact_means", "rights", "not_judicial"}
)
SAID_BY_ITEMS = frozenset(
    {"contract_ref", "dates", "amount", "interest_breakdown", "cost_breakdown"}
)


class CarteraWordingFinding(models.Model):
    """Something that a message says, or leaves out, against the rules of a country."""

    _name = "cartera.wording.finding"
    _description = "Wording Finding"
    _order = "template_id, severity, id"
    _rec_name = "rule"

    template_id = fields.Many2one(
        "cartera.message.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id")
    policy_id = fields.Many2one(
        "cartera.contact.policy", ondelete="cascade", index="btree_not_null"
    )
    country_id = fields.Many2one(related="policy_id.country_id", store=True)
    lang = fields.Char(string="Language")
    severity = fields.Selection(
        [("error", "Against the rules"), ("warning", "Look at it again")],
        required=True,
    )
    rule = fields.Char(required=True)
    description = fields.Char(compute="_compute_description")
    text = fields.Char(string="Words")
    place = fields.Char()
    article = fields.Char()

    @api.depends("rule", "text", "place")
    @api.depends_context("lang")
    def _compute_description(self):
        names = {
            wording_.code: wording_.name
            for wording_ in self.env["cartera.contact.wording"].sudo().search([])
        }
        for finding in self:
            finding.description = finding._describe(names)

    def _describe(self, names):
        name = names.get(self.rule, self.rule)
        if self.rule == "ask_reason":
            return self.env._("Asks why nothing was paid")
        if self.rule == "envelope":
            return self.env._("The subject shows that it is about a debt")
        if self.rule == "language":
            return self.env._("This language is not checked")
        if not self.place:
            return self.env._("Missing: %(part)s", part=name)
        return self.env._("Looks like: %(what)s", what=name)


class CarteraMessageTemplate(models.Model):
    _inherit = "cartera.message.template"

    # -- wording ------------------------------------------------------------------

    def _check_wording(self):
        """Look at the texts by the policies of every country, and keep what is wrong
        with them."""
        findings = self.env["cartera.wording.finding"].sudo()
        findings.search([("template_id", "in", self.ids)]).unlink()
        policies = self.env["cartera.contact.policy"]._get_all()
        findings.create(
            [
                values
                for template in self.sudo().filtered("active")
                for values in template._prepare_findings(policies)
            ]
        )
        self.invalidate_recordset(["finding_ids"])

    def _prepare_findings(self, policies):
        """Values of the findings, each word once per language and policy; those that
        break no policy's rule, once per language."""
        self.ensure_one()
        mine = policies.filtered(
            lambda policy: (
                not policy.company_id
                or not self.company_id
                or policy.company_id in self.company_id.parent_ids
            )
        )
        found = {}
        for code, _name in self.env["res.lang"].get_installed():
            texts = self.with_context(lang=code)._get_texts()
            for policy in mine:
                rules = policy._get_content_rules(policy)
                for finding in wording.check(texts, code, self._get_parts(), rules):
                    is_error = finding.severity == wording.ERROR
                    owner = policy.id if is_error else False
                    lang = code if finding.where else ""
                    found.setdefault((owner, lang, finding), None)
        return [
            {
                "template_id": self.id,
                "policy_id": policy_id,
                "lang": lang,
                "severity": finding.severity,
                "rule": finding.rule,
                "text": finding.text if finding.where else "",
                "place": finding.where,
                "article": finding.article,
            }
            for policy_id, lang, finding in found
        ]

    def _get_parts(self):
        """Codes of the parts that the law may ask for and that the message has, from
        its text or the layout around it."""
        self.ensure_one()
        if self.kind not in CLAIMING_KINDS:
            # It claims nothing, so that no law asks it to explain the claim.
            return self._get_all_parts()
        parts = set(ALWAYS_SAID)
        if self.show_items:
            parts |= SAID_BY_ITEMS
        if self.payment_link:
            parts |= {"how_to_pay", "pay_creditor_account"}
        parts.add("agency")  # the creditor writes itself
        return parts

    def _get_all_parts(self):
        wordings = self.env["cartera.contact.wording"].sudo()
        return set(wordings.search([("kind", "=", "required")]).mapped("code"))

    def _find_errors(self, policy_ids):
        """Findings that forbid the use of the message under some policies.

        :param policy_ids: ids of the policies that bind the contact
        """
        self.ensure_one()
        if self.wording_reason:
            return self.env["cartera.wording.finding"]
        return self.finding_ids.filtered(
            lambda finding: (
                finding.severity == wording.ERROR and finding.policy_id.id in policy_ids
            )
        )

    def action_check_wording(self):
        """Look at the messages anew and list what was found, by country."""
        self.check_access("write")
        self._check_wording()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_wording_finding_action"
        )
        action["domain"] = [("template_id", "in", self.ids)]
        return action


class CarteraStrategyStep(models.Model):
    _inherit = "cartera.strategy.step"

    @api.constrains("template_id", "strategy_id", "active")
    def _check_template_wording(self):
        """No message enters a strategy that breaks the law where its company is; one
        that companies share, where any of them is."""
        for step in self.filtered(lambda step: step.active and step.template_id):
            errors = step.template_id.sudo()._find_errors(
                set(step._get_home_policies().ids)
            )
            if errors:
                raise ValidationError(
                    self.env._(
                        "The message %(message)s cannot be used in %(country)s: "
                        "%(findings)s. Correct it, or let a supervisor write on the "
                        "message why it is used all the same.",
                        message=step.template_id.name,
                        country=", ".join(errors.country_id.mapped("name")),
                        findings="; ".join(
                            f"{finding.description} {finding.text or ''}".strip()
                            for finding in errors
                        ),
                    )
                )

    def _get_home_policies(self):
        """The contact policies of the countries of the companies that use the step."""
        companies = self.strategy_id.company_id
        if not companies:
            companies = self.env["res.company"]._get_all_companies()
        return (
            self.env["cartera.contact.policy"]
            .sudo()
            .search([("country_id", "in", companies.sudo().country_id.ids)])
        )
