import { Component, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

export const CHANNEL_ICONS = {
    email: "fa-envelope-o",
    sms: "fa-commenting-o",
    whatsapp: "fa-whatsapp",
    letter: "fa-file-text-o",
    call: "fa-phone",
    visit: "fa-map-marker",
};

/** How many contacts are shown before anybody asks for more. */
const AT_FIRST = 4;

/** What was said with the debtor: the last contacts, latest first. */
export class CaseTimeline extends Component {
    static template = "cartera_cobranza.CaseTimeline";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ all: false });
    }

    get all() {
        return this.props.record.data[this.props.name] || [];
    }

    get entries() {
        return this.state.all ? this.all : this.all.slice(0, AT_FIRST);
    }

    get more() {
        return this.all.length - this.entries.length;
    }

    icon({ channel }) {
        return CHANNEL_ICONS[channel];
    }

    when({ date }) {
        return deserializeDateTime(date).toRelative({ base: DateTime.now() });
    }

    moment({ date }) {
        return formatDateTime(deserializeDateTime(date));
    }
}

registry.category("fields").add("cartera_case_timeline", {
    component: CaseTimeline,
    supportedTypes: ["json"],
});
