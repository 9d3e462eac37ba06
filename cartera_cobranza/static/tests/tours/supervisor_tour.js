import { registry } from "@web/core/registry";
import { openMenu } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_supervisor", {
    steps: () => [
        {
            content: "Run the nightly job now",
            trigger: "button[name=action_run]",
            run: "click",
        },
        {
            content: "Read what it did",
            trigger:
                ".o_field_widget[name=phase_ids] " +
                ".o_data_row:contains(Check the ledger):contains(Done)",
        },
        ...openMenu("cartera_menu_cases", "cartera_case_menu_proposals"),
        {
            content: "Open the case that the rules propose to move",
            trigger:
                ".o_data_row:contains(La Llave):contains(Judicial) td[name=partner_id]",
            run: "click",
        },
        {
            content: "Accept the proposal",
            trigger: "button[name=action_accept_proposal]",
            run: "click",
        },
        {
            content: "The case has moved",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Judicial)",
        },
        {
            content: "Nothing is left to decide",
            trigger: ".o_form_view:not(:has(button[name=action_accept_proposal]))",
        },
    ],
});
