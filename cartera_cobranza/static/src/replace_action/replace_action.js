import { registry } from "@web/core/registry";

/**
 * Opens `params.action` in the place of what is shown, so that the way back does not
 * lead through every debtor of the day.
 */
async function replaceAction(env, { params }) {
    await env.services.action.doAction(params.action, {
        stackPosition: "replaceCurrentAction",
    });
}

registry.category("actions").add("cartera_replace_action", replaceAction);
