import { registry } from "@web/core/registry";
import { setDay } from "./tour_steps";

const LOG = ".modal footer button[name=action_log]";

registry.category("web_tour.tours").add("cartera_log_contact", {
    steps: () => [
        {
            content: "Nobody answered: open the window",
            trigger: "button[name=action_log_contact]",
            run: "click",
        },
        {
            content: "Choose the result",
            trigger: ".modal .o_cartera_disposition_picker button:contains(No answer)",
            run: "click",
        },
        {
            content: "It is chosen, and no panel asks for more",
            trigger:
                ".modal button[aria-pressed=true]:contains(No answer), " +
                ".modal .o_field_widget[name=disposition_id]:contains(No answer)",
        },
        { content: "Log it", trigger: LOG, run: "click" },
        {
            content: "The window is closed; open it again",
            trigger: "body:not(:has(.modal)) button[name=action_log_contact]",
            run: "click",
        },
        {
            content: "The debtor promises to pay in instalments",
            trigger: ".modal .o_cartera_disposition_picker button:contains(in instalments)",
            run: "click",
        },
        {
            content: "All that is overdue is proposed; say when",
            trigger:
                ".modal .o_field_widget[name=promise_amount] input:value(1,000)",
        },
        ...setDay("promise_date", "07/10/2026"),
        {
            content: "In two payments",
            trigger: ".modal .o_field_widget[name=promise_count] input",
            run: "edit 2 && press Tab",
        },
        {
            content: "The payments are shown",
            trigger: ".modal .o_field_widget[name=promise_text]:contains(500.00)",
        },
        { content: "Log it", trigger: LOG, run: "click" },
        {
            content: "The window is closed",
            trigger: "body:not(:has(.modal)) button[name=action_log_contact]",
        },
    ],
});
