import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The debtor's balance by bucket of age: one cell per bucket, wider for what weighs
 * more. A click lists the items of the bucket.
 */
export class AgingStrip extends Component {
    static template = "cartera_cobranza.AgingStrip";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get buckets() {
        return this.props.record.data[this.props.name] || [];
    }

    get total() {
        return this.buckets.reduce((sum, { amount }) => sum + Math.abs(amount), 0);
    }

    /** Share of the bucket in percent; an empty one keeps room for its name. */
    share(bucket) {
        return this.total ? (100 * Math.abs(bucket.amount)) / this.total : 0;
    }

    format(amount) {
        const { currency_id: currency } = this.props.record.data;
        return formatMonetary(amount, { currencyId: currency?.id });
    }

    openBucket(bucket) {
        this.action.doAction("cartera_cobranza.cartera_open_item_action", {
            additionalContext: { search_default_overdue: 0 },
            props: {
                domain: [
                    ["case_id", "=", this.props.record.resId],
                    ["bucket_id", "=", bucket.id],
                ],
            },
        });
    }
}

registry.category("fields").add("cartera_aging_strip", {
    component: AgingStrip,
    supportedTypes: ["json"],
});
