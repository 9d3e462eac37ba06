import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Why a debtor is urgent, point by point, the most telling first. */
export class WorklistPoints extends Component {
    static template = "cartera_cobranza.WorklistPoints";
    static props = { ...standardFieldProps };

    get reasons() {
        return this.props.record.data[this.props.name] || [];
    }

    signed({ points }) {
        return points > 0 ? `+${points}` : `${points}`;
    }
}

registry.category("fields").add("cartera_worklist_points", {
    component: WorklistPoints,
    supportedTypes: ["json"],
});
