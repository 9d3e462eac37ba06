import { registry } from "@web/core/registry";
import { openMenu } from "./tour_steps";

const check = () => [
    ...openMenu("cartera_menu_reporting", "cartera_ledger_check_menu"),
    {
        content: "Check the ledger as it stands",
        trigger: ".modal button[name=action_check]",
        run: "click",
    },
];

registry.category("web_tour.tours").add("cartera_ledger_even", {
    steps: () => [
        ...check(),
        {
            content: "Everything agrees",
            trigger: ".modal .alert-success:contains(agree to the cent)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_ledger_differs", {
    steps: () => [
        ...check(),
        {
            content: "The debtor at fault is named, with the difference",
            trigger: ".modal .o_data_row:contains(Abarrotes El Faro):contains(100.00)",
        },
        {
            content: "Look at the journal items",
            trigger: ".modal button[name=action_open_journal_items]",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(Journal items behind the difference)",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Abarrotes El Faro)",
        },
    ],
});
