import { registry } from "@web/core/registry";
import { openMenu } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_refused_contact", {
    steps: () => [
        {
            content: "Open the case",
            trigger: ".o_kanban_record:contains(Sol Duarte)",
            run: "click",
        },
        {
            content: "The case says that it is too late",
            trigger: ".o_field_widget[name=callable_text]:contains(Outside the hours)",
        },
        {
            content: "Call all the same",
            trigger: "button[name=action_call]",
            run: "click",
        },
        {
            content: "The law is quoted, and when it may be done",
            trigger: ".o_notification:contains(Don't call Sol Duarte):contains(07:00)",
        },
        {
            content: "Note a call all the same",
            trigger: "button[name=action_log_contact]",
            run: "click",
        },
        {
            content: "The window says so too, and cannot log it",
            trigger: ".modal .alert-danger:contains(Outside the hours)",
        },
        {
            trigger: ".modal:not(:has(button[name=action_log]))",
        },
        {
            trigger: ".modal button[special=cancel]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        ...openMenu("cartera_menu_reporting", "cartera_contact_refusal_menu"),
        {
            content: "The attempt is kept as evidence, with the article",
            trigger:
                ".o_data_row:contains(Sol Duarte):contains(Outside the hours)" +
                ":contains(LFPC, art. 66-VI)",
        },
    ],
});
