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

registry.category("web_tour.tours").add("cartera_finiquito_signed", {
    steps: () => [
        ...negotiate("Finiquito"),
        figure("amount_debt", "12,760.00"),
        {
            content: "It asks for more than may be granted",
            trigger: ".o_field_widget[name=amount_payable] input",
            run: "edit 9000 && press Tab",
        },
        {
            content: "The form says what a collector may not grant",
            trigger: ".alert:contains(Beyond what you may grant):contains(Quita of capital)",
        },
        {
            content: "It could be asked for",
            trigger: "button[name=action_propose]:visible:contains(Ask for Approval)",
        },
        term("amount_payable", "11020"),
        {
            content: "This is within the limits",
            trigger: "body:not(:has(.alert:contains(Beyond what you may grant)))",
        },
        figure("amount_quita", "1,740.00"),
        figure("quita_percent", "13.64"),
        figure("amount_total", "11,020.00"),
        {
            content: "The limits stand beside what is agreed",
            trigger:
                ".o_field_widget[name=limit_table] tr:contains(Quita of capital):contains(5 %):contains(20 %)",
        },
        line("installment_ids", "11,020.00"),
        {
            content: "Offer it",
            trigger: "button[name=action_propose]:visible:contains(Offer)",
            run: "click",
        },
        state("Offered"),
        ...signToday(),
        figure("amount_open", "11,020.00"),
        page("documents"),
        line("document_ids", "CO/2026", "Contract"),
        ...backToCase(),
        page("agreements"),
        line("agreement_ids", "Finiquito", "11,020.00", "In force"),
    ],
});

registry.category("web_tour.tours").add("cartera_finiquito_paid", {
    steps: () => [
        {
            content: "The debtor has paid what was agreed",
            trigger: "button#account_invoice_payment_btn:enabled",
            run: "click",
        },
        {
            content: "Not the whole invoice",
            trigger: ".modal .o_field_widget[name=amount] input",
            run: "edit 11020 && press Tab",
        },
        {
            content: "The rest of it stays open",
            trigger: ".modal .o_field_widget[name=payment_difference]:contains(580.00)",
        },
        {
            content: "Book the payment",
            trigger: ".modal footer button[name=action_create_payments]:visible",
            run: "click",
        },
        {
            content: "A part of the invoice is paid",
            trigger: "body:not(:has(.modal)) .ribbon:contains(Partial)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_finiquito_settled", {
    steps: () => [
        figure("amount_paid", "11,020.00"),
        line("installment_ids", "11,020.00", "Paid"),
        press("action_settle"),
        state("Fulfilled"),
        page("entries"),
        line("move_ids", "580.00", "Posted"),
        line("move_ids", "1,160.00", "Posted"),
        page("documents"),
        line("document_ids", "Carta finiquito", "Valid"),
        ...backToCase(),
        {
            content: "Nothing is owed any more",
            trigger: ".o_cartera_figures [name=amount_overdue]:contains(0.00)",
        },
        page("agreements"),
        line("agreement_ids", "Finiquito", "Fulfilled"),
    ],
});
