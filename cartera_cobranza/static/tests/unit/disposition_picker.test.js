import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { buildGroups, findByKey } from "@cartera_cobranza/disposition_picker/disposition_tree";

describe.current.tags("desktop");

const ROWS = [
    { id: 1, name: "Spoke with the debtor", parent_id: false, child_ids: [11, 12, 13] },
    { id: 2, name: "Nobody answered", parent_id: false, child_ids: [21, 22] },
    { id: 11, name: "Promises to pay", parent_id: [1, ""], child_ids: [] },
    { id: 12, name: "Disputes the debt", parent_id: [1, ""], child_ids: [] },
    { id: 13, name: "Refuses to pay", parent_id: [1, ""], child_ids: [] },
    { id: 21, name: "No answer", parent_id: [2, ""], child_ids: [] },
    { id: 22, name: "Buzón de voz", parent_id: [2, ""], child_ids: [] },
];

class Disposition extends models.Model {
    _name = "cartera.disposition";

    name = fields.Char();
    parent_id = fields.Many2one({ relation: "cartera.disposition" });
    child_ids = fields.One2many({
        relation: "cartera.disposition",
        relation_field: "parent_id",
    });
    is_automatic = fields.Boolean();

    _records = [
        ...ROWS.map((row) => ({ ...row, parent_id: row.parent_id && row.parent_id[0] })),
        { id: 23, name: "Given by the machine", parent_id: 2, is_automatic: true },
    ];
}

class ContactLog extends models.Model {
    _name = "cartera.contact.log";

    disposition_id = fields.Many2one({ relation: "cartera.disposition" });

    _records = [{ id: 1 }];
}

defineMailModels();
defineModels([Disposition, ContactLog]);

function names(groups) {
    return groups.map(({ options }) => options.map(({ name }) => name));
}

describe("tree", () => {
    test("results are grouped, and groups are not chosen", () => {
        expect(names(buildGroups(ROWS))).toEqual([
            ["Promises to pay", "Disputes the debt", "Refuses to pay"],
            ["No answer", "Buzón de voz"],
        ]);
    });

    test("the first result of each group comes first by key", () => {
        const groups = buildGroups(ROWS);
        expect(findByKey(groups, "1").name).toBe("Promises to pay");
        expect(findByKey(groups, "2").name).toBe("No answer");
        expect(findByKey(groups, "3").name).toBe("Disputes the debt");
        expect(findByKey(groups, "5").name).toBe("Refuses to pay");
        expect(findByKey(groups, "6")).toBe(undefined);
    });

    test("there are ten keys, and results beyond them have none", () => {
        const many = Array.from({ length: 12 }, (_, id) => ({
            id: id + 1,
            name: `Result ${id + 1}`,
            parent_id: false,
            child_ids: [],
        }));
        const [{ options }] = buildGroups(many);
        expect(options.map(({ key }) => key)).toEqual([
            ..."1234567890",
            undefined,
            undefined,
        ]);
    });

    test("accents and case do not matter in a search, and keys are given anew", () => {
        const groups = buildGroups(ROWS, " BUZON");
        expect(names(groups)).toEqual([["Buzón de voz"]]);
        expect(findByKey(groups, "1").id).toBe(22);
    });

    test("the name of a group finds its results", () => {
        expect(names(buildGroups(ROWS, "nobody"))).toEqual([
            ["No answer", "Buzón de voz"],
        ]);
    });

    test("a result whose group cannot be chosen from keeps its name", () => {
        const [group] = buildGroups([
            { id: 21, name: "No answer", parent_id: [2, "Nobody"], child_ids: [] },
        ]);
        expect(group.name).toBe("Nobody");
    });
});

describe("widget", () => {
    const arch = /* xml */ `
        <form>
            <field name="disposition_id" widget="cartera_disposition_picker" />
        </form>`;

    async function mount() {
        await mountView({
            type: "form",
            resModel: "cartera.contact.log",
            resId: 1,
            arch,
        });
    }

    function chosen() {
        return queryAllTexts("button[aria-pressed=true] span");
    }

    test("what the machine gives cannot be chosen", async () => {
        await mount();
        expect("button[data-disposition='21']").toHaveCount(1);
        expect("button[data-disposition='23']").toHaveCount(0);
    });

    test("a digit chooses, and another one changes the choice", async () => {
        await mount();
        expect(chosen()).toEqual([]);
        await contains(".o_cartera_disposition_picker input").focus();
        await press("2");
        await animationFrame();
        expect(chosen()).toEqual(["No answer"]);
        await press("1");
        await animationFrame();
        expect(chosen()).toEqual(["Promises to pay"]);
        expect(queryFirst(".o_cartera_disposition_picker input").value).toBe("");
    });

    test("letters search, and Enter takes the first that was found", async () => {
        await mount();
        await contains(".o_cartera_disposition_picker input").edit("refu", {
            confirm: false,
        });
        expect(queryAllTexts(".o_cartera_disposition_picker button span")).toEqual([
            "Refuses to pay",
        ]);
        await press("Enter");
        await animationFrame();
        expect(chosen()).toEqual(["Refuses to pay"]);
        expect("button[data-disposition]").toHaveCount(0);
    });

    test("what was chosen can be changed", async () => {
        await mount();
        await contains("button[data-disposition='21']").click();
        await contains(".o_cartera_disposition_chosen").click();
        expect("button[data-disposition]").toHaveCount(5);
        await contains("button[data-disposition='12']").click();
        expect(chosen()).toEqual(["Disputes the debt"]);
    });

    test("a tap chooses, and the choice is saved", async () => {
        onRpc("cartera.contact.log", "web_save", ({ args }) => {
            expect.step(args[1].disposition_id);
        });
        await mount();
        await contains("button[data-disposition='22']").click();
        await contains(".o_form_button_save").click();
        expect.verifySteps([22]);
    });
});
