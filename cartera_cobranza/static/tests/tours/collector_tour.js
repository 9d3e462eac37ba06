import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { openMenu } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_collector", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: '.o_app[data-menu-xmlid="cartera_cobranza.cartera_menu_root"]',
            run: "click",
        },
        {
            content: "It begins with the day of the user",
            trigger: ".o_breadcrumb:contains(My Day)",
        },
        ...openMenu("cartera_menu_cases", "cartera_case_menu"),
        {
            content: "Open a case of the second stage",
            trigger:
                ".o_kanban_group:contains(Administrative) " +
                ".o_kanban_record:contains(Abarrotes El Faro):contains(46 days)",
            run: "click",
        },
        {
            content: "The strip shows what is not due",
            trigger: '.o_cartera_aging_bucket[data-bucket="up to 0"]:contains(500)',
        },
        {
            content: "An empty bucket cannot be opened",
            trigger: '.o_cartera_aging_bucket[data-bucket="61 to 90"]:disabled',
        },
        {
            content: "Open the bucket of what is overdue",
            trigger: '.o_cartera_aging_bucket[data-bucket="31 to 60"]:contains(1,000)',
            run: "click",
        },
        {
            content: "The title names the bucket",
            trigger: ".o_breadcrumb:contains(Open items: 31-60)",
        },
        {
            content: "Only the debtor's items of the bucket are listed",
            trigger: ".o_list_view .o_data_row:contains(El Faro)",
            run() {
                const rows = document.querySelectorAll(".o_list_view .o_data_row");
                if (rows.length !== 1) {
                    throw new Error(`The bucket lists ${rows.length} rows`);
                }
            },
        },
        {
            content: "Open the invoice",
            trigger: ".o_data_row td[name=document]",
            run: "click",
        },
        {
            content: "Return to the case from the invoice",
            trigger: ".oe_stat_button[name=action_open_cartera_case]:contains(46)",
            run: "click",
        },
        {
            content: "A row of the case opens its invoice too",
            trigger:
                ".o_field_widget[name=open_item_ids] .o_data_row:contains(500) " +
                "td[name=document]",
            run: "click",
        },
        {
            content: "It is the other invoice",
            trigger: ".o_field_widget[name=tax_totals]:contains(500)",
        },
    ],
});
