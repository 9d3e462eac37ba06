import { registry } from "@web/core/registry";
import { openRow } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_credit_note", {
    steps: () => [
        openRow("name", "Debtor 01", "Price"),
        {
            content: "Sales found that the debtor is right: give the credit",
            trigger: "button[name=action_credit_note]",
            run: "click",
        },
        {
            content: "Odoo's own window gives the dispute as the reason",
            trigger: ".modal .o_field_widget[name=reason] input:value(Price)",
        },
        {
            trigger: ".modal footer button[name=refund_moves]",
            run: "click",
        },
        {
            content: "It proposes the whole invoice; only a part was agreed",
            trigger: ".o_field_widget[name=invoice_line_ids] .o_data_row td[name=price_unit]",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=price_unit] input",
            run: "edit 2500 && press Tab",
        },
        {
            content: "The total follows",
            trigger: ".o_field_widget[name=tax_totals]:contains(2,500.00)",
        },
        {
            trigger: "button[name=action_post]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Posted)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_dispute_credited", {
    steps: () => [
        {
            content: "Nothing is disputed any more; the rest may be asked for",
            trigger:
                ".o_cartera_figures:not(:has([name=amount_disputed])) " +
                "[name=amount_collectable]:contains(7,500.00)",
        },
        {
            trigger: ".o_notebook_headers a[name=disputes]",
            run: "click",
        },
        {
            content: "The credit note has closed the dispute",
            trigger:
                ".o_field_widget[name=dispute_ids] .o_data_row:contains(Price):contains(Closed)" +
                ":contains(Credit note)",
        },
    ],
});
