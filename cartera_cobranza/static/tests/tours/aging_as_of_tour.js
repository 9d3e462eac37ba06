import { registry } from "@web/core/registry";
import { openMenu } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_aging_as_of", {
    steps: () => [
        ...openMenu("cartera_menu_reporting", "cartera_aging_as_of_menu"),
        {
            content: "The end of last month is proposed",
            trigger: ".modal button[name=action_open]",
            run: "click",
        },
        {
            content: "The title names the day",
            trigger: ".o_breadcrumb:contains(as of 05/31/2026)",
        },
        {
            content: "What was paid since then counts as open",
            trigger: ".o_pivot tbody tr:contains(Abarrotes El Faro):contains(2,200)",
        },
        {
            content: "Look at the items",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "The day stays: title, age and amount are of that day",
            trigger: ".o_breadcrumb:contains(as of 05/31/2026)",
        },
        {
            trigger:
                ".o_data_row:contains(700):has(td[name=days_overdue]:contains(31))",
        },
        {
            content: "Open the case from the row",
            trigger: ".o_data_row:contains(700) button[name=action_open_case]",
            run: "click",
        },
        {
            content: "The case is as it stands today",
            trigger: ".o_form_view .o_field_widget[name=amount_total]:contains(1,500)",
        },
    ],
});
