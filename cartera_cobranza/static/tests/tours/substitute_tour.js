import { registry } from "@web/core/registry";

const LOG = ".o_cartera_actions button[name=action_log_contact]";

registry.category("web_tour.tours").add("cartera_substitute", {
    steps: () => [
        {
            content: "The debtors of who is away wait with the own ones",
            trigger: ".o_content:contains(Debtor 01):contains(Debtor 02):contains(Debtor 03)",
        },
        { content: "Begin", trigger: "button[name=action_start]", run: "click" },
        {
            content: "The collector stays whoever it was",
            trigger:
                ".o_cartera_case:has(.oe_title:contains(Debtor 01)) " +
                ".o_field_widget[name=user_id]:has(input:value(Ana))",
        },
        { content: "Note what was said", trigger: LOG, run: "click" },
        {
            trigger: ".modal button[data-disposition]:contains(No answer)",
            run: "click",
        },
        {
            trigger: ".modal button[aria-pressed=true]:contains(No answer)",
        },
        {
            trigger: ".modal footer button[name=action_log_next]",
            run: "click",
        },
        {
            content: "The other debtor of who is away comes next",
            trigger: "body:not(:has(.modal)) .o_cartera_case .oe_title:contains(Debtor 02)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_after_absence", {
    steps: () => [
        {
            content: "Only the own debtor is left",
            trigger:
                ".o_content:contains(Debtor 03):not(:contains(Debtor 01)):not(:contains(Debtor 02))",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_back_from_absence", {
    steps: () => [
        {
            content: "Who is back has the debtors again",
            trigger:
                ".o_content:contains(Debtor 01):contains(Debtor 02):not(:contains(Debtor 03))",
        },
        { trigger: "button[name=action_start]", run: "click" },
        {
            content: "And reads what the substitute heard",
            trigger:
                ".o_cartera_case:has(.oe_title:contains(Debtor 01)) " +
                ".o_cartera_timeline li:contains(No answer):contains(Beto)",
        },
    ],
});
