import { registry } from "@web/core/registry";
import {
    backToCase,
    figure,
    line,
    negotiate,
    page,
    press,
    state,
    term,
} from "./agreement_steps";
import { openRow } from "./tour_steps";

registry.category("web_tour.tours").add("cartera_reestructura_asked", {
    steps: () => [
        ...negotiate("Reestructura"),
        {
            content: "A fifth of the debt is asked for at once",
            trigger: ".o_field_widget[name=down_payment] input:value(2,320.00)",
        },
        line("installment_ids", "0", "2,320.00"),
        line("installment_ids", "6"),
        term("term", "9"),
        {
            content: "Nine instalments are more than may be granted",
            trigger: ".alert:contains(Instalments: 9, at most 6)",
        },
        line("installment_ids", "9"),
        {
            content: "Its interest is shown",
            trigger: ".o_field_widget[name=amount_interest]:visible:contains(.)",
        },
        term("override_reason", "Its customers pay after the harvest"),
        {
            content: "A supervisor has to decide",
            trigger: "button[name=action_propose]:visible:contains(Ask for Approval)",
            run: "click",
        },
        state("To be approved"),
        {
            content: "Nothing is offered yet",
            trigger: ".alert:contains(nothing is offered until then)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_reestructura_approved", {
    steps: () => [
        openRow("product_id", "Abarrotes El Faro", "To be approved"),
        {
            content: "It says what is beyond the limits",
            trigger: ".alert:contains(A supervisor decides):contains(Instalments: 9)",
        },
        press("action_approve"),
        {
            content: "The window says why it was asked for",
            trigger: ".modal .o_field_widget[name=override_reason]:contains(harvest)",
        },
        {
            content: "Say why it is granted",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit It has always paid in November",
        },
        {
            content: "Approve it",
            trigger: ".modal footer button[name=action_confirm]:contains(Approve)",
            run: "click",
        },
        state("Offered"),
        press("action_send_offer"),
        {
            content: "The message is read before it is sent",
            trigger: ".modal .o_field_widget[name=body]:contains(my/agreements)",
        },
        {
            content: "Send it",
            trigger: ".modal footer button[name=action_send]:visible",
            run: "click",
        },
        page("documents"),
        line("document_ids", "OF/2026", "Offer", "Valid"),
    ],
});

registry.category("web_tour.tours").add("cartera_reestructura_matched", {
    steps: () => [
        line("installment_ids", "2,320.00", "Paid"),
        line("installment_ids", "1,083.35", "Invoiced"),
        press("action_match_payments"),
        {
            content: "The first instalment is paid, its interest too",
            trigger:
                ".o_field_widget[name=installment_ids] .o_data_row:eq(1):contains(Paid)",
        },
        figure("amount_overdue", "0.00"),
    ],
});

registry.category("web_tour.tours").add("cartera_reestructura_kept", {
    steps: () => [
        state("Fulfilled"),
        {
            content: "All of it is paid",
            trigger:
                ".o_field_widget[name=installment_ids]" +
                ":not(:has(.o_data_row:not(:contains(Paid))))",
        },
        page("entries"),
        line("move_ids", "INV/2026", "Posted"),
        page("documents"),
        line("document_ids", "Paz y salvo", "Valid"),
        {
            content: "The signature of the debtor is shown",
            trigger: ".o_field_widget[name=signature] img",
        },
        page("changes"),
        line("change_ids", "In force", "Signed in the portal by Rosa Luz"),
        ...backToCase(),
        page("agreements"),
        line("agreement_ids", "Reestructura", "Fulfilled"),
    ],
});

registry.category("web_tour.tours").add("cartera_reestructura_noticed", {
    steps: () => [
        {
            content: "Notice was given, with days to pay",
            trigger:
                ".alert:contains(Notice of default was given):contains(may be paid until)",
        },
        line("installment_ids", "2,320.00", "Overdue"),
        ...backToCase(),
        page("agreements"),
        line("agreement_ids", "Reestructura", "In force"),
    ],
});

registry.category("web_tour.tours").add("cartera_reestructura_broken", {
    steps: () => [
        state("Breached"),
        {
            content: "It says which rule was broken",
            trigger: ".o_field_widget[name=end_reason]:contains(Overdue instalments)",
        },
        page("changes"),
        line("change_ids", "In force", "Breached"),
        ...backToCase(),
        {
            content: "All of the debt is to be collected again",
            trigger: ".o_cartera_figures [name=amount_overdue]:contains(11,6)",
        },
        page("agreements"),
        line("agreement_ids", "Reestructura", "Breached"),
    ],
});
