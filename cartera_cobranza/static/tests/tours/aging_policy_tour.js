import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("cartera_aging_policy", {
    steps: () => [
        {
            content: "Open the standard policy",
            trigger: ".o_data_row td[name=name]:contains(Standard aging)",
            run: "click",
        },
        {
            content: "Add a bucket",
            trigger: ".o_field_widget[name=bucket_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=name] input",
            run: "edit +720",
        },
        {
            content: "On a day that another bucket has",
            trigger: ".o_selected_row [name=day_from] input",
            run: "edit 361",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The error says what to do",
            trigger: ".modal:contains(Give each bucket a first day of its own)",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "Correct the day",
            trigger: ".o_selected_row [name=day_from] input",
            run: "edit 721",
        },
        ...stepUtils.saveForm(),
        {
            content: "The bucket before now ends where the new one begins",
            trigger: ".o_data_row:contains(361 to 720)",
        },
    ],
});
