from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Join the cases of the merged debtors before their foreign keys are moved:
        a second case in the same company would be thrown away with its history."""
        groups = self._get_debtor_groups(src_partners, dst_partner)
        # Whoever may merge partners merges their cases, in all companies.
        cases = self.env["cartera.case"].sudo()
        cases.flush_model()
        kept = cases.search([("partner_id", "=", dst_partner.id)])
        case_of = kept.grouped("company_id")
        merged = cases.search([("partner_id", "in", src_partners.ids)])
        # What was done to a debtor who goes, such as a lower credit limit, goes first.
        consequences = self.env["cartera.consequence.engine"]
        consequences._release(merged)
        for case in merged:
            target = case_of.get(case.company_id)
            if not target:
                case_of[case.company_id] = case
                continue
            self._merge_cartera_cases(case, target)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["cartera.case.queue"]._mark_partners(dst_partner)
        self.env.invalidate_all()
        self._join_debtor_group(groups, dst_partner)
        consequences._follow(merged.exists(), self.env.user)
        return result

    @api.model
    def _get_debtor_groups(self, src_partners, dst_partner):
        """The group that the merged partners belong to, of those that are in use.

        :raise UserError: when they belong to several
        """
        partners = (src_partners | dst_partner).sudo()
        groups = partners.cartera_group_id.filtered("active")
        if len(groups) > 1:
            raise UserError(
                self.env._(
                    "These contacts belong to several debtor groups: %(groups)s. Take "
                    "them out of all but one first.",
                    groups=", ".join(groups.mapped("name")),
                )
            )
        return groups

    @api.model
    def _join_debtor_group(self, group, partner):
        """The partner that is left is in the group of those that were merged with it;
        whose case holds the items of them all is found anew."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        if group:
            partner.sudo().cartera_group_id = group
        known = partners.search(
            [
                "|",
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ("commercial_partner_id", "in", group.member_ids.ids),
            ]
        )
        self.env.add_to_compute(partners._fields["cartera_debtor_id"], known)

    @api.model
    def _merge_cartera_cases(self, case, target):
        """Hand the history, messages and activities of ``case`` over to ``target``."""
        self.env["cartera.contact.refusal"]._hand_over(case, target)
        self.env["cartera.step.execution"]._hand_over(case, target)
        self._hand_over_messages(case, target)
        self._update_foreign_keys_generic("cartera.case", case, target)
        self._update_reference_fields_generic("cartera.case", case, target)
        self.env.invalidate_all()
        self.env["cartera.pause.engine"]._write_holds(target.ids)
        target._follow_counsel()
        if not target.user_id:
            target.user_id = case.user_id
        self.env["cartera.stage.move"].sudo().create(
            {
                "case_id": target.id,
                "stage_from_id": case.stage_id.id,
                "stage_to_id": target.stage_id.id,
                "date": fields.Date.context_today(self),
                "reason": "merge",
                "user_id": self.env.uid,
                "amount_overdue": case.amount_overdue,
                "days_overdue": case.days_overdue,
            }
        )
        case.unlink()

    @api.model
    def _hand_over_messages(self, case, target):
        """Two debtors that were one may have had a message of the strategy on one day
        each, and a case has one only: what is still to leave is called off, and what
        left stays as a message besides."""
        self.env["cartera.communication"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_communication gone
                SET origin = 'manual',
                    state = CASE WHEN gone.state IN ('planned', 'ready')
                        THEN 'cancelled' ELSE gone.state END
                FROM cartera_communication met
                WHERE gone.case_id = %s AND met.case_id = %s
                    AND gone.origin = 'strategy' AND met.origin = 'strategy'
                    AND gone.date = met.date
                """,
                case.id,
                target.id,
            )
        )
