import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const WHOLE_UNITS = [16, 0];

/**
 * The debtor's balance by bucket of age: one cell per bucket, its bar as long as the
 * share of the bucket. A click lists the items of the bucket.
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

    /** Share of the bucket in percent of all that is open, whatever its sign. */
    share(bucket) {
        return this.total ? (100 * Math.abs(bucket.amount)) / this.total : 0;
    }

    format(amount, options = {}) {
        const { currency_id: currency } = this.props.record.data;
        return formatMonetary(amount, { currencyId: currency?.id, ...options });
    }

    /** The amount without cents, so that all buckets fit in one row. */
    short(bucket) {
        return this.format(bucket.amount, { digits: WHOLE_UNITS });
    }

    describe(bucket) {
        return _t("Days: %(days)s. Items: %(count)s. Open: %(amount)s", {
            days: bucket.label,
            count: bucket.count,
            amount: this.format(bucket.amount),
        });
    }

    async openBucket(bucket) {
        const action = await this.action.loadAction(
            "cartera_cobranza.cartera_open_item_action"
        );
        const title = _t("Open items: %s", bucket.name);
        return this.action.doAction({
            ...action,
            path: false,
            name: title,
            display_name: title,
            context: {},
            domain: [
                ["case_id", "=", this.props.record.resId],
                ["bucket_id", "=", bucket.id],
            ],
        });
    }
}

registry.category("fields").add("cartera_aging_strip", {
    component: AgingStrip,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "currency_id", type: "many2one" }],
});
