import { Component } from "@odoo/owl";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

/** Whether a debtor may be called now, else the moment from which, if there is one. */
export class CallableNow extends Component {
    static template = "cartera_cobranza.CallableNow";
    static props = { ...standardFieldProps };

    get isCallable() {
        return this.props.record.data[this.props.name];
    }

    get later() {
        const from = this.props.record.data.call_from;
        return from && from > DateTime.now() ? toLocaleDateTimeString(from) : "";
    }
}

registry.category("fields").add("cartera_callable_now", {
    component: CallableNow,
    supportedTypes: ["boolean"],
    fieldDependencies: [{ name: "call_from", type: "datetime" }],
});
