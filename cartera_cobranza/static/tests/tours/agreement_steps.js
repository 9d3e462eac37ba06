import { lookUp } from "./tour_steps";

/** Begin to negotiate from the case, with another product than the proposed one. */
export function negotiate(product) {
    return [
        {
            content: "The debtor wants to come to terms",
            trigger: ".o_cartera_case button[name=action_agreement]",
            run: "click",
        },
        ...lookUp(".o_field_widget[name=product_id]", product),
    ];
}

/** Write a term of the agreement. */
export function term(name, value) {
    return {
        content: `Write ${name}`,
        trigger: `.o_field_widget[name=${name}] input`,
        run: `edit ${value} && press Tab`,
    };
}

/** See a figure of the agreement. */
export function figure(name, value) {
    return {
        content: `${name} is ${value}`,
        trigger: `.o_field_widget[name=${name}]:contains(${value})`,
    };
}

/** Press a button of the form. */
export function press(button) {
    return {
        content: `Press ${button}`,
        trigger: `body:not(:has(.modal)) .o_statusbar_buttons button[name=${button}]:enabled`,
        run: "click",
    };
}

/** The state that the form shows. */
export function state(label) {
    return {
        content: `It is ${label}`,
        trigger: `.o_arrow_button_current:contains(${label})`,
    };
}

/** Open a page of the form. */
export function page(name) {
    return {
        content: `Open ${name}`,
        trigger: `.o_notebook_headers a[name=${name}]`,
        run: "click",
    };
}

/** A row of a list in the form. */
export function line(field, ...texts) {
    const contents = texts.map((text) => `:contains(${text})`).join("");
    return {
        content: `See ${texts.join(", ")}`,
        trigger: `.o_field_widget[name=${field}] .o_data_row${contents}`,
    };
}

/** The debtor has signed on paper today. */
export function signToday() {
    return [
        press("action_accept"),
        {
            content: "It was signed today",
            trigger: ".modal footer button:contains(It Is Signed)",
            run: "click",
        },
        state("In force"),
    ];
}

/** Go from the agreement to the case. */
export function backToCase() {
    return [
        {
            content: "Back to the case",
            trigger: "button[name=action_open_case]",
            run: "click",
        },
        { content: "The case is there", trigger: ".o_cartera_case" },
    ];
}
