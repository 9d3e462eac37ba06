import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/**
 * Rows inside a form that do what the `action` and `type` of their list say, as they
 * would in a view of their own, instead of opening in a dialog.
 */
export class RowActionField extends X2ManyField {
    setup() {
        super.setup();
        this.action = useService("action");
    }

    async openRecord(record) {
        const { action: name, type } = this.archInfo.openAction;
        const { resModel, resId, resIds, context } = record;
        await this.action.doActionButton({ name, type, resModel, resId, resIds, context });
    }
}

registry.category("fields").add("cartera_row_action", {
    ...x2ManyField,
    component: RowActionField,
});
