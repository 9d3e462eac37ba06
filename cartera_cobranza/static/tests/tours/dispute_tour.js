import { registry } from "@web/core/registry";
import { lookUp } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_dispute_opened", {
    steps: () => [
        {
            content: "Open the case",
            trigger: ".o_kanban_record:contains(Abarrotes El Faro)",
            run: "click",
        },
        {
            content: "The debtor contests something",
            trigger: "button[name=action_dispute]:enabled",
            run: "click",
        },
        ...lookUp(".modal .o_field_widget[name=reason_id]", "Price"),
        {
            content: "The owner follows from the invoice",
            trigger: ".modal .o_field_widget[name=item_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...lookUp(".modal .o_data_row .o_field_widget[name=line_id]", "INV/"),
        {
            content: "All that is open is proposed; only a part is contested",
            trigger: ".modal .o_data_row .o_field_widget[name=amount] input",
            run: "edit 250 && press Tab",
        },
        {
            trigger: ".modal .o_field_widget[name=user_id]:has(input:value(seller))",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "The dispute stands on the case",
            trigger: ".o_notebook_headers a[name=disputes]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=dispute_ids] .o_data_row:contains(Price):contains(250.00)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_dispute_answered", {
    steps: () => [
        {
            content: "What waits for an answer",
            trigger: ".o_kanban_record:contains(Abarrotes El Faro)",
            run: "click",
        },
        {
            content: "Nothing of collections is shown",
            trigger: ".o_form_view:not(:has(button[name=action_open_case]))",
        },
        {
            trigger: ".o_field_widget[name=amount_accepted] input",
            run: "edit 100 && press Tab",
        },
        {
            trigger: ".o_notebook_headers a[name=answer]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=answer] textarea",
            run: "edit The discount had been agreed.",
        },
        {
            trigger: "button[name=action_founded]",
            run: "click",
        },
        {
            content: "The answer is kept",
            trigger: ".o_arrow_button_current:contains(Founded)",
        },
        {
            trigger: ".o_field_widget[name=amount_open]:contains(100.00)",
        },
    ],
});
