from functools import wraps

from odoo import api, models

# What is put round the methods of sales orders.
GUARDED = ("action_confirm", "_compute_partner_credit_warning")


class CarteraOrderGuard(models.AbstractModel):
    """Brings the guard to sales orders where Odoo's sales are installed, without asking
    for them: their methods are wrapped once all modules are loaded."""

    _name = "cartera.order.guard"
    _description = "Guard of Sales Orders"

    def _register_hook(self):
        super()._register_hook()
        orders = self.env.registry.get("sale.order")
        if orders is None:
            return
        for name in GUARDED:
            wrap = getattr(self, f"_wrap_{name.lstrip('_')}")
            guarded = wrap(getattr(orders, name))
            guarded._cartera_guard = True
            setattr(orders, name, guarded)

    def _unregister_hook(self):
        orders = self.env.registry.get("sale.order")
        for name in GUARDED:
            if hasattr(vars(orders or object).get(name), "_cartera_guard"):
                delattr(orders, name)
        return super()._unregister_hook()

    def _wrap_action_confirm(self, origin):
        @wraps(origin)
        def action_confirm(orders, *args, **kwargs):
            guard = orders.env["cartera.order.guard"]
            allowed = guard._check_orders(orders)
            result = origin(orders, *args, **kwargs)
            orders.env["cartera.consequence.guard"]._use(allowed)
            return result

        return action_confirm

    def _wrap_compute_partner_credit_warning(self, origin):
        @wraps(origin)
        def _compute_partner_credit_warning(orders):
            origin(orders)
            guard = orders.env["cartera.consequence.guard"]
            for order in orders.filtered(lambda o: o.state in ("draft", "sent")):
                if warning := guard._get_warning("order", order):
                    order.partner_credit_warning = "\n".join(
                        filter(None, [order.partner_credit_warning, warning])
                    )

        return _compute_partner_credit_warning

    @api.model
    def _check_orders(self, orders):
        """Refuse orders of debtors who are blocked.

        :return: what :meth:`CarteraConsequenceGuard._use` takes once confirmed
        :raise UserError: when one of them may not be confirmed
        """
        guard = self.env["cartera.consequence.guard"]
        if not guard._is_in_use("block_order"):
            return []
        return guard._check("order", orders, self._is_paid)

    @api.model
    def _is_paid(self, order):
        """Whether the customer has paid online what the order asks for in advance."""
        return order.amount_paid > 0 and order._is_confirmation_amount_reached()
