import { registry } from "@web/core/registry";
import {
    backToCase,
    figure,
    line,
    negotiate,
    page,
    press,
    signToday,
    state,
    term,
} from "./agreement_steps";
import { choose, lookUp, setDay } from "./tour_steps";

/** Say in the window on which day the court did what the button says. */
function tellCourt(button, day) {
    return [
        {
            content: `Press ${button}`,
            trigger: `body:not(:has(.modal)) button[name=${button}]`,
            run: "click",
        },
        ...setDay("date", day),
        {
            content: "Save it",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        { content: "The window is gone", trigger: "body:not(:has(.modal))" },
    ];
}

registry.category("web_tour.tours").add("cartera_court_signed", {
    steps: () => [
        page("legal"),
        {
            content: "A claim was filed",
            trigger: "button[name=action_legal_case]",
            run: "click",
        },
        term("court", "Juzgado Tercero"),
        term("docket_number", "512/2026"),
        term("procedural_stage", "Emplazamiento"),
        page("measures"),
        {
            content: "The court has seized something",
            trigger:
                ".o_field_widget[name=measure_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Write what",
            trigger: ".o_selected_row [name=name] input",
            run: "edit Embargo",
        },
        {
            content: "Save the legal case",
            trigger: ".o_form_button_save:visible",
            run: "click",
        },
        { content: "It has a number", trigger: ".o_form_saved h1:contains(J/2026)" },
        ...backToCase(),
        ...negotiate("Convenio judicial"),
        term("term", "2"),
        page("court"),
        ...lookUp(".o_field_widget[name=legal_case_id]", "J/2026"),
        ...choose(".o_field_widget[name=court_effect]", "Suspends the proceedings"),
        {
            content: "Offer it",
            trigger: "button[name=action_propose]:visible:contains(Offer)",
            run: "click",
        },
        state("Offered"),
        ...signToday(),
        figure("legal_state", "Suspended"),
    ],
});

registry.category("web_tour.tours").add("cartera_court_homologated", {
    steps: () => [
        page("court"),
        ...tellCourt("action_present", "07/06/2026"),
        figure("date_presented", "Jul 6"),
        ...tellCourt("action_homologate", "07/15/2026"),
        figure("date_homologated", "Jul 15"),
        ...backToCase(),
        page("legal"),
        line("legal_case_ids", "Juzgado Tercero", "Suspended"),
    ],
});

registry.category("web_tour.tours").add("cartera_court_closed", {
    steps: () => [
        {
            content: "The measure is to be released",
            trigger: ".o-mail-Activity:contains(Have it released: Embargo)",
        },
        {
            content: "The proceedings are to be withdrawn",
            trigger: ".o-mail-Activity:contains(is paid)",
        },
        page("measures"),
        {
            content: "The court has released it",
            trigger: ".o_field_widget[name=measure_ids] button[name=action_release]",
            run: "click",
        },
        line("measure_ids", "Embargo", "Released"),
        {
            content: "The task is done",
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity:contains(Embargo)))",
        },
        {
            content: "How it ended is proposed",
            trigger:
                ".o_field_widget[name=outcome] input:value(Settled by an agreement)",
        },
        press("action_close"),
        state("Case Closed"),
    ],
});
