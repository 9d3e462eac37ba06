import { Component, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { CHANNEL_ICONS } from "../case_timeline/case_timeline";

const ROLES = {
    collection: _t("Collections contact"),
    debtor: _t("Debtor"),
    invoice: _t("Invoice address"),
    staff: _t("Works there"),
    obligor: _t("Owes as well"),
    counsel: _t("Counsel of the debtor"),
};
const TIERS = { 2: _t("decides"), 3: _t("management") };
const STATES = {
    wrong: _t("Wrong"),
    bounced: _t("Does not arrive"),
    withdrawn: _t("Authorisation withdrawn"),
    blocked: _t("Blocked"),
    counsel: _t("Through counsel only"),
};
const USABLE = ["ok", "verified"];
const NOTED = ["call", "visit"];

/**
 * The people of a debtor and the ways to reach them. A way opens the window that asks
 * whether it may be used now: to note a call or a visit, or to write a message.
 */
export class People extends Component {
    static template = "cartera_cobranza.People";
    static props = { ...standardFieldProps, limit: { type: Number, optional: true } };

    setup() {
        this.action = useService("action");
        this.state = useState({ all: !this.props.limit });
    }

    get all() {
        return this.props.record.data[this.props.name] || [];
    }

    get people() {
        return this.state.all ? this.all : this.all.slice(0, this.props.limit);
    }

    role({ role, tier }) {
        return [ROLES[role], TIERS[tier]].filter(Boolean).join(", ");
    }

    icon({ channel }) {
        return CHANNEL_ICONS[channel];
    }

    isUsable({ state }) {
        return USABLE.includes(state);
    }

    describe({ state, verified_on }) {
        if (state === "verified") {
            const day = formatDate(deserializeDate(verified_on));
            return _t("The debtor was reached here on %s.", day);
        }
        return STATES[state] || _t("Not tried yet");
    }

    trouble({ state }) {
        return STATES[state];
    }

    async open(person, { channel, address }) {
        const window = NOTED.includes(channel) ? "contact_log" : "message_compose";
        await this.action.doAction(`cartera_cobranza.cartera_${window}_action`, {
            additionalContext: {
                active_id: this.props.record.resId,
                default_case_id: this.props.record.resId,
                default_channel: channel,
                default_contact_partner_id: person.id,
                default_address: address,
            },
            onClose: () => this.props.record.model.load(),
        });
    }
}

registry.category("fields").add("cartera_people", {
    component: People,
    supportedTypes: ["json"],
    supportedOptions: [{ label: _t("People shown at first"), name: "limit", type: "number" }],
    extractProps: ({ options }) => ({ limit: options.limit }),
});
