import { registry } from "@web/core/registry";
import { openRow, row } from "./tour_steps";

const BACK = ".o_back_button, .breadcrumb-item:last a";

function transfer(button) {
    return [
        { content: "One click: whose work", trigger: button, run: "click" },
        {
            content: "What is still to do goes to the team",
            trigger: ".modal .o_field_widget[name=case_count]:contains(3)",
        },
        {
            content: "Two clicks: give it",
            trigger: ".modal footer button[name=action_transfer]",
            run: "click",
        },
        { trigger: ".o_notification:contains(3)" },
    ];
}

const contactsBehindTheFigure = [
    {
        content: "The contact behind the figure",
        trigger: row("Debtor 01", "No answer"),
    },
    { trigger: BACK, run: "click" },
];

registry.category("web_tour.tours").add("cartera_team_day", {
    steps: () => [
        {
            content: "What Ana did, and what is left",
            trigger:
                ".o_data_row:contains(Ana):has(td[name=worked_count]:contains(1)) " +
                "td[name=unworked_count]:contains(3)",
        },
        {
            content: "What is left, record by record",
            trigger: ".o_data_row:contains(Ana) button[name=action_open_figure]",
            run: "click",
        },
        {
            trigger:
                ".o_list_view:has(.o_data_row:contains(Debtor 02))" +
                ":has(.o_data_row:contains(Debtor 04)):not(:contains(Debtor 01))",
        },
        { trigger: BACK, run: "click" },
        openRow("done_share", "Ana"),
        {
            content: "Whom Ana spoke with",
            trigger: ".oe_stat_button:has([name=contact_count])",
            run: "click",
        },
        ...contactsBehindTheFigure,
        {
            trigger: ".o_form_view .oe_stat_button:has([name=contact_count])",
        },
        { trigger: BACK, run: "click" },
        ...transfer(".o_data_row:contains(Ana) button[name=action_transfer]"),
        {
            content: "The screen shows it at once",
            trigger: ".o_data_row:contains(Beto) td[name=unworked_count]:contains(4)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_team_day_phone", {
    steps: () => [
        {
            content: "Whom Ana spoke with",
            trigger: ".o_kanban_record:contains(Ana) a:contains(Contacts 1)",
            run: "click",
        },
        ...contactsBehindTheFigure,
        {
            content: "What is left, record by record",
            trigger: ".o_kanban_record:contains(Ana) a:contains(Still to do 3)",
            run: "click",
        },
        { trigger: row("Debtor 02") },
        { trigger: ".o_content:contains(Debtor 04):not(:contains(Debtor 01))" },
        { trigger: BACK, run: "click" },
        ...transfer(".o_kanban_record:contains(Ana) button[name=action_transfer]"),
        {
            content: "The screen shows it at once",
            trigger: ".o_kanban_record:contains(Beto) a:contains(Still to do 4)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_work_received", {
    steps: () => [
        {
            content: "What was transferred is on the list of who got it",
            trigger:
                ".o_content:contains(Debtor 02):contains(Debtor 03):contains(Debtor 04)" +
                ":contains(Debtor 05):not(:contains(Debtor 01))",
        },
    ],
});
