import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("cartera_sign_offer", {
    steps: () => [
        {
            content: "The contract can be read before it is signed",
            trigger: "details summary:contains(The contract that you sign)",
            run: "click",
        },
        {
            content: "Its clauses are there",
            trigger: "details[open]:contains(The debt)",
        },
        {
            content: "Accept the offer",
            trigger: "a.o_cartera_accept",
            run: "click",
        },
        {
            content: "Write the name of who signs",
            trigger: ".modal .o_web_sign_name_and_signature input",
            run: "edit Rosa Luz",
        },
        {
            content: "The signature is drawn",
            trigger: ".modal canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            content: "Sign",
            trigger: ".modal .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The agreement is in force",
            trigger: "#agreement_content:contains(signed and in force)",
        },
        {
            content: "The contract can be downloaded",
            trigger: "#sidebar_content a:contains(CO/2026)",
        },
    ],
});

registry.category("web_tour.tours").add("cartera_decline_offer", {
    steps: () => [
        {
            content: "Decline the offer",
            trigger: "a[data-bs-target='#modaldecline']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal.show textarea[name=reason]",
            run: "edit Too much at once",
        },
        {
            content: "Send it",
            trigger: ".modal.show button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is noted, and cannot be signed any more",
            trigger: "#agreement_content:contains(declined):not(:has(.o_cartera_accept))",
        },
    ],
});
