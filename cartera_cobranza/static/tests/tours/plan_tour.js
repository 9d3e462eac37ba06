import { registry } from "@web/core/registry";
import { openMenu } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_plan", {
    steps: () => [
        {
            content: "Begin a plan",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Simulate it",
            trigger: "button[name=action_simulate]",
            run: "click",
        },
        {
            content: "It counts what would be done, and why the rest is left out",
            trigger:
                ".o_field_widget[name=total_ids]" +
                ":has(.o_data_row:contains(Will be done):contains(E-mail))" +
                ":has(.o_data_row:contains(Left out):contains(On hold))",
        },
        {
            content: "Look at those left out",
            trigger: ".oe_stat_button:contains(Left Out)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(La Llave):contains(On hold)",
        },
        {
            content: "Go back",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Plan of)",
            run: "click",
        },
        {
            content: "Nothing has been written to anybody so far: approve",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "It has been done",
            trigger: ".o_arrow_button_current:contains(Finished)",
        },
        ...openMenu("cartera_menu_messages", "cartera_communication_menu"),
        {
            content: "The message waits in the outbox",
            trigger: ".o_data_row:contains(El Faro):contains(Planned)",
        },
    ],
});
