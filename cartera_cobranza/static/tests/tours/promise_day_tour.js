import { registry } from "@web/core/registry";
import { openRow, pressStat, row, showAll } from "./tour_steps";

const WITHOUT_WINDOW = "body:not(:has(.modal))";

function takePromise(name) {
    return [
        {
            content: `${name} promises`,
            trigger:
                `${WITHOUT_WINDOW} .o_cartera_case:has(.oe_title:contains(${name})) ` +
                "button[name=action_promise]",
            run: "click",
        },
        {
            content: "All that is owed is proposed, in a week; it asks for more time",
            trigger: ".modal .o_field_widget[name=date_first] button",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=date_first] input",
            run: "edit 07/10/2026 && press Tab",
        },
        {
            trigger: ".modal footer button[name=action_take]",
            run: "click",
        },
        {
            content: "The case says so at once",
            trigger:
                `${WITHOUT_WINDOW} .o_cartera_figures:has([name=amount_promised]):visible`,
        },
        {
            trigger: ".o_cartera_actions button[name=action_next_debtor]",
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("cartera_promises_taken", {
    steps: () => [
        { content: "Begin", trigger: "button[name=action_start]", run: "click" },
        ...["Debtor 01", "Debtor 02", "Debtor 03", "Debtor 04"].flatMap(takePromise),
        {
            content: "Who has promised waits for the day",
            trigger: ".o_view_nocontent:contains(Nothing is left to do today)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_promises_paid", {
    steps: () => [
        {
            content: "Half is not enough: it is open still",
            trigger: row("Debtor 02", "30,000.00", "In force"),
        },
        { trigger: row("Debtor 03", "20,000.00", "In force") },
        ...showAll(),
        {
            content: "What was paid has kept the promise",
            trigger: row("Debtor 01", "40,000.00", "Kept"),
        },
        { trigger: row("Debtor 04", "10,000.00", "Kept") },
    ],
});

registry.category("web_tour.tours").add("cartera_promise_reopened", {
    steps: () => [
        openRow("amount", "Debtor 04", "In force"),
        {
            content: "The history says that it was kept for a while",
            trigger: ".o_notebook_headers a[name=changes]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=change_ids]" +
                ":has(.o_data_row td[name=state_to]:contains(Kept))" +
                ":has(.o_data_row:has(td[name=state_from]:contains(Kept)) td[name=state_to]:contains(In force))",
        },
        ...pressStat("action_open_case"),
        {
            content: "The case waits for the money again",
            trigger: ".o_cartera_figures [name=amount_promised]:contains(10,000.00)",
        },
        {
            trigger: ".o_cartera_figures [name=amount_collectable]:contains(0.00)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_promises_judged", {
    steps: () => [
        {
            content: "Nothing is open any more",
            trigger: ".o_view_nocontent:contains(No promises here)",
        },
        ...showAll(),
        { trigger: row("Debtor 01", "Kept") },
        { trigger: row("Debtor 02", "Partly kept") },
        { trigger: row("Debtor 03", "Broken") },
        openRow("amount", "Debtor 04", "Broken"),
        ...pressStat("action_open_case"),
        {
            content: "The case says what to do, and why",
            trigger: ".o_cartera_next:contains(Today: Broken promise):contains(Promise broken)",
        },
        {
            content: "All of it may be asked for again",
            trigger: ".o_cartera_figures [name=amount_collectable]:contains(10,000.00)",
        },
        {
            trigger: ".o_notebook_headers a[name=promises]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=promise_ids] .o_data_row:contains(Broken)",
        },
    ],
});
