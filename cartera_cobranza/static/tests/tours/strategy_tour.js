import { registry } from "@web/core/registry";
import { choose, lookUp, openMenu } from "./tour_steps";

const STEP = ".modal .o_field_widget";

registry.category("web_tour.tours").add("cartera_strategy", {
    steps: () => [
        {
            content: "Begin a message",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".oe_title .o_field_widget[name=name] input",
            run: "edit Word from us",
        },
        {
            trigger: ".o_field_widget[name=subject] input",
            run: "edit Your account: {{ object.documents }}",
        },
        {
            content: "What threatens is found",
            trigger: ".o_notebook .nav-link[name=sms]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=sms_body] textarea",
            run: "edit Pay, or else we tell the police.",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".alert:contains(see the page Wording)",
        },
        {
            trigger: ".o_field_widget[name=sms_body] textarea",
            run: "edit {{ object.creditor_name }}: {{ object.amount_text }} are due.",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is all right now",
            trigger: ".o_form_view:not(:has(.alert:contains(see the page Wording)))",
        },
        ...openMenu("cartera_menu_configuration", "cartera_strategy_menu"),
        {
            content: "Begin a strategy",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".oe_title .o_field_widget[name=name] input",
            run: "edit Gentle",
        },
        {
            content: "Add a step that writes",
            trigger: ".o_field_widget[name=step_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: `${STEP}[name=name] input`,
            run: "edit Say hello",
        },
        {
            trigger: `${STEP}[name=offset_days] input`,
            run: "edit 5",
        },
        ...lookUp(`${STEP}[name=template_id]`, "Word from us"),
        {
            trigger: ".modal .o_form_button_save_new",
            run: "click",
        },
        {
            content: "And one that calls",
            trigger: `${STEP}[name=name] input:not(:value(Say hello))`,
            run: "edit Give a call",
        },
        {
            trigger: `${STEP}[name=offset_days] input`,
            run: "edit 10",
        },
        ...choose(`${STEP}[name=action]`, "Call"),
        {
            content: "There is a script to write",
            trigger: `${STEP}[name=script]`,
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The steps read as a list of days",
            trigger:
                ".o_field_widget[name=step_ids]" +
                ":has(.o_data_row:contains(Say hello):contains(5 days past due))" +
                ":has(.o_data_row:contains(Give a call):contains(10 days past due))",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        ...openMenu("cartera_menu_configuration", "cartera_segment_menu"),
        {
            content: "Begin a segment",
            trigger: ".o_data_row:contains(Persons)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".oe_title .o_field_widget[name=name] input",
            run: "edit Good friends",
        },
        ...lookUp(".o_field_widget[name=strategy_id]", "Gentle"),
        {
            trigger: ".o_field_widget[name=sequence] input",
            run: "edit 1",
        },
        {
            trigger: ".o_field_widget[name=min_days] input",
            run: "edit 200",
        },
        {
            content: "Leave the field",
            trigger: ".alert:contains(With these rules)",
            run: "click",
        },
        {
            content: "It tells whom it would hold before it is saved",
            trigger: ".alert .o_field_widget[name=match_count]:contains(1)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
