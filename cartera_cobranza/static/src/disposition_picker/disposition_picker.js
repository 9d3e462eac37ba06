import { Component, useRef, useState } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useAutofocus } from "@web/core/utils/hooks";
import { getFieldDomain } from "@web/model/relational_model/utils";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { buildGroups, findByKey } from "./disposition_tree";

/**
 * The result of a contact, chosen with one key or one tap: digits choose, letters
 * search, Enter takes the first that was found, and Enter again does what the dialog
 * is for. What was chosen makes room for what follows from it.
 */
export class DispositionPicker extends Component {
    static template = "cartera_cobranza.DispositionPicker";
    static props = {
        ...standardFieldProps,
        domain: { type: [Array, Function], optional: true },
        submit: { type: String, optional: true },
    };

    setup() {
        this.state = useState({ search: "", isOpen: false });
        this.root = useRef("root");
        this.search = useAutofocus({ refName: "search" });
        this.rows = useSpecialData((orm, props) => {
            const { relation } = props.record.fields[props.name];
            const domain = getFieldDomain(props.record, props.name, props.domain);
            return orm.searchRead(
                relation,
                Domain.and([domain, [["is_automatic", "=", false]]]).toList(),
                ["name", "parent_id", "child_ids"]
            );
        });
    }

    get groups() {
        return buildGroups(this.rows.data, this.state.search);
    }

    get chosen() {
        return this.props.record.data[this.props.name];
    }

    get showsAll() {
        return !this.chosen || this.state.isOpen || this.state.search;
    }

    open() {
        this.state.isOpen = true;
        this.search.el.focus();
    }

    async choose({ id, name }) {
        Object.assign(this.state, { search: "", isOpen: false });
        this.search.el.focus();
        await this.props.record.update({
            [this.props.name]: { id, display_name: name },
        });
    }

    async onKeydown(ev) {
        if (ev.altKey || ev.ctrlKey || ev.metaKey) {
            return;
        }
        if (ev.key === "Enter" && ev.target === this.search.el) {
            ev.preventDefault();
            return this.onEnter();
        }
        if (ev.key === "Escape" && this.state.search) {
            ev.stopPropagation();
            this.state.search = "";
            return;
        }
        const option = findByKey(this.groups, ev.key);
        if (option) {
            ev.preventDefault();
            await this.choose(option);
        }
    }

    async onEnter() {
        if (this.state.search) {
            const [group] = this.groups;
            return group && this.choose(group.options[0]);
        }
        const dialog = this.root.el.closest(".modal");
        if (this.chosen && this.props.submit && dialog) {
            dialog.querySelector(`footer button[name="${this.props.submit}"]`)?.click();
        }
    }
}

registry.category("fields").add("cartera_disposition_picker", {
    component: DispositionPicker,
    displayName: _t("Result of a contact"),
    supportedTypes: ["many2one"],
    supportedOptions: [
        { label: _t("Button that Enter presses"), name: "submit", type: "string" },
    ],
    extractProps: ({ options }, dynamicInfo) => ({
        domain: dynamicInfo.domain,
        submit: options.submit,
    }),
});
