import { registry } from "@web/core/registry";
import { lookUp, pick, setDay } from "./tour_steps";

const SEARCH = ".modal .o_cartera_disposition_picker input";
const WITHOUT_WINDOW = "body:not(:has(.modal))";
const MODIFIERS = ["Alt", "Control", "Meta", "Shift"];

// Opening the window, choosing the result and going on to the next debtor.
const ACTS_OF_A_PLAIN_RESULT = 3;

function fill(field, value) {
    return {
        content: `Fill in ${field}`,
        trigger: `.modal .o_field_widget[name=${field}] input`,
        run: `edit ${value} && press Tab`,
    };
}

function attach(field, name) {
    return [
        {
            content: `Attach ${name}`,
            trigger: `.modal .o_field_widget[name=${field}] input[type=file]:not(:visible)`,
            run() {
                const files = new DataTransfer();
                files.items.add(new File(["Paid"], name, { type: "text/plain" }));
                this.anchor.files = files.files;
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            trigger: `.modal .o_field_widget[name=${field}] .o_attachment:contains(${name})`,
        },
    ];
}

/** What the ten debtors say, in the order of the list, and what is noted of it. */
const ANSWERS = [
    { result: "No answer", key: "3" },
    { result: "Promises to pay", key: "1", details: () => setDay("promise_date", "07/10/2026") },
    {
        result: "Promises to pay in instalments",
        details: () => [
            ...setDay("promise_date", "07/10/2026"),
            fill("promise_count", "2"),
            { trigger: ".modal .o_field_widget[name=promise_text]:contains(08/10/2026)" },
        ],
    },
    {
        result: "Disputes the debt",
        details: ({ find }) => [
            ...find(".modal .o_field_widget[name=dispute_reason_id]", "Price"),
            ...find(".modal .o_field_widget[name=dispute_item_id]", "INV/"),
            fill("dispute_amount", "2500"),
        ],
    },
    {
        result: "Wants to be called back",
        details: () => [fill("callback_date", "07/01/2026 18:00:00")],
    },
    { result: "Refuses to pay" },
    {
        result: "Says that it has paid",
        details: () => [
            fill("paid_date", "06/26/2026"),
            fill("paid_amount", "40000"),
            ...attach("proof_ids", "transfer.txt"),
        ],
    },
    { result: "Wrong number", key: "4" },
    { result: "Was told nothing" },
    {
        result: "Is in insolvency proceedings",
        details: () => [fill("insolvent_date", "06/15/2026")],
    },
];

/** Counts keys and taps, as a person would. */
class Acts {
    constructor() {
        this.count = 0;
        const add = (ev) => {
            this.count += MODIFIERS.includes(ev.key) ? 0 : 1;
        };
        document.addEventListener("keydown", add, true);
        document.addEventListener("pointerdown", add, true);
    }

    expectFew() {
        if (this.count > ACTS_OF_A_PLAIN_RESULT) {
            throw new Error(`It took ${this.count} keys or taps to log a contact`);
        }
    }
}

function chosen(result) {
    return { trigger: `.modal button[aria-pressed=true]:contains(${result})` };
}

const BY_KEYBOARD = {
    find: lookUp,
    open: (screen) => [
        { ...screen, run: "press alt+l" },
        { content: "The window waits for the result", trigger: `${SEARCH}:focus` },
    ],
    choose: ({ result, key }) =>
        key
            ? [{ trigger: SEARCH, run: `press ${key}` }]
            : [{ trigger: SEARCH, run: `edit ${result} && press Enter` }],
    goOn: [
        {
            content: "Log it and go on",
            trigger: ".modal footer button[name=action_log_next]:enabled",
            run: "press alt+n",
        },
    ],
    isPlain: ({ key, details }) => key && !details,
};

const BY_THUMB = {
    find: pick,
    open: (screen) => [
        screen,
        {
            trigger: ".o_cartera_actions button[name=action_log_contact]",
            run: "click",
        },
    ],
    choose: ({ result }) => [
        {
            trigger: `.modal button[data-disposition]:has(span:text(${result}))`,
            run: "click",
        },
    ],
    goOn: [
        {
            content: "Log it and go on",
            trigger: ".modal footer button[name=action_log_next]:enabled",
            run: "click",
        },
    ],
    isPlain: ({ details }) => !details,
};

function logAnswer(number, answer, how, acts) {
    const name = `Debtor ${String(number).padStart(2, "0")}`;
    const screen = {
        content: `The screen shows ${name}`,
        trigger: `${WITHOUT_WINDOW} .o_cartera_case .oe_title:contains(${name})`,
    };
    return [
        {
            ...screen,
            run() {
                acts.count = 0;
            },
        },
        ...how.open(screen),
        ...how.choose(answer),
        chosen(answer.result),
        ...(answer.details?.(how) || []),
        ...how.goOn,
        {
            content: `${answer.result} is noted`,
            trigger: `${WITHOUT_WINDOW}:not(:has(.o_cartera_case .oe_title:contains(${name})))`,
            run() {
                if (how.isPlain(answer)) {
                    acts.expectFew();
                }
            },
        },
    ];
}

function workThroughTheMorning(how) {
    const acts = new Acts();
    return [
        {
            content: "All ten wait",
            trigger: ".o_content:contains(Debtor 01):contains(Debtor 10)",
        },
        { content: "Begin", trigger: "button[name=action_start]", run: "click" },
        ...ANSWERS.flatMap((answer, n) => logAnswer(n + 1, answer, how, acts)),
        {
            content: "It says that this was the last one",
            trigger: ".o_notification:contains(Nothing is left to do on your list)",
        },
        {
            content: "The list is empty",
            trigger: ".o_view_nocontent:contains(Nothing is left to do today)",
        },
    ];
}

registry.category("web_tour.tours").add("cartera_morning", {
    steps: () => workThroughTheMorning(BY_KEYBOARD),
});

registry.category("web_tour.tours").add("cartera_morning_phone", {
    steps: () => workThroughTheMorning(BY_THUMB),
});
