import { registry } from "@web/core/registry";

const SEARCH = ".modal .o_cartera_disposition_picker input";
const WITHOUT_WINDOW = "body:not(:has(.modal))";

// "Registering a contact takes under ten seconds", with the machine's part of it.
const TEN_SECONDS = 10000;

function debtor(name) {
    return {
        content: `The screen shows ${name}`,
        trigger: `${WITHOUT_WINDOW} .o_cartera_case .oe_title:contains(${name})`,
    };
}

registry.category("web_tour.tours").add("cartera_next_debtor", {
    steps: () => {
        let start;
        return [
            {
                ...debtor("Person 0"),
                run(helpers) {
                    start = performance.now();
                    return helpers.press("alt+l");
                },
            },
            {
                content: "The window waits for the result",
                trigger: `${SEARCH}:focus`,
                run: "press 3",
            },
            {
                content: "One key was enough",
                trigger: ".modal button[aria-pressed=true]:contains(No answer)",
            },
            {
                content: "Enter logs it",
                trigger: `${SEARCH}:focus`,
                run: "press Enter",
            },
            {
                content: "What was said is on the screen at once",
                trigger: `${WITHOUT_WINDOW} .o_cartera_timeline li:contains(No answer)`,
                run(helpers) {
                    const elapsed = performance.now() - start;
                    if (elapsed > TEN_SECONDS) {
                        throw new Error(`It took ${elapsed} ms to log a contact`);
                    }
                    return helpers.press("alt+g");
                },
            },
            { ...debtor("Person 1"), run: "press alt+l" },
            {
                content: "Look for the result by its name",
                trigger: `${SEARCH}:focus`,
                run: "edit REFUSES",
            },
            {
                content: "Only what fits is left",
                trigger:
                    ".modal .o_cartera_disposition_groups:has(button:only-of-type:contains(Refuses))",
            },
            {
                content: "Enter takes it",
                trigger: SEARCH,
                run: "press Enter",
            },
            {
                trigger: ".modal button[aria-pressed=true]:contains(Refuses to pay)",
            },
            {
                content: "Log it and go on",
                trigger: ".modal footer button[name=action_log_next]",
                run: "press alt+n",
            },
            debtor("Person 2"),
            {
                content: "The way back does not lead through the debtors before",
                trigger: ".o_breadcrumb:not(:contains(Person 1))",
            },
        ];
    },
});

registry.category("web_tour.tours").add("cartera_next_debtor_phone", {
    steps: () => [
        {
            ...debtor("Person 0"),
            run() {
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`The page is ${page.scrollWidth} pixels wide`);
                }
            },
        },
        {
            content: "Read what to say",
            trigger: ".o_cartera_script summary",
            run: "click",
        },
        {
            trigger: ".o_cartera_script[open] li:contains(Say your name)",
        },
        {
            content: "Call the number of the debtor",
            trigger: ".o_cartera_ways button[data-channel=call]:first",
            run: "click",
        },
        {
            content: "It is the number that is noted",
            trigger:
                ".modal .o_field_widget[name=address] input:value(+525555550100)",
        },
        {
            content: "Nobody answered",
            trigger: ".modal button[data-disposition]:contains(No answer)",
            run: "click",
        },
        {
            trigger: ".modal button[aria-pressed=true]:contains(No answer)",
        },
        {
            trigger: ".modal footer button[name=action_log]",
            run: "click",
        },
        {
            content: "What was said is on the screen at once",
            trigger: `${WITHOUT_WINDOW} .o_cartera_timeline li:contains(No answer)`,
        },
        {
            content: "Go on, with the thumb",
            trigger: ".o_cartera_actions button[name=action_next_debtor]",
            run: "click",
        },
        debtor("Person 1"),
    ],
});
