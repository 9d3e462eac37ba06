import { normalize } from "@web/core/l10n/utils";

/** Keys that choose, in the order in which they are given out. */
export const KEYS = [..."1234567890"];

/**
 * The results that can be chosen, by group, with the key of each.
 *
 * @param {Object[]} rows records with `id`, `name`, `parent_id` and `child_ids`
 * @param {string} [search] what their names, or those of their groups, contain
 * @returns {{id: number, name: string, options: Object[]}[]} without empty groups
 */
export function buildGroups(rows, search = "") {
    const wanted = normalize(search.trim());
    const groups = new Map();
    for (const row of rows.filter(({ child_ids }) => child_ids.length)) {
        groups.set(row.id, { id: row.id, name: row.name, options: [] });
    }
    for (const { id, name, parent_id, child_ids } of rows) {
        const [groupId, groupName] = parent_id || [0, ""];
        if (!groups.has(groupId)) {
            groups.set(groupId, { id: groupId, name: groupName, options: [] });
        }
        const group = groups.get(groupId);
        if (!child_ids.length && normalize(`${group.name} ${name}`).includes(wanted)) {
            group.options.push({ id, name });
        }
    }
    const found = [...groups.values()].filter(({ options }) => options.length);
    giveKeys(found);
    return found;
}

/** Row by row over the groups side by side, so that the first of each has a key. */
function giveKeys(groups) {
    const keys = [...KEYS];
    const rows = Math.max(0, ...groups.map(({ options }) => options.length));
    for (let row = 0; row < rows && keys.length; row++) {
        for (const { options } of groups) {
            if (options[row]) {
                options[row].key = keys.shift();
            }
        }
    }
}

/** The option that a key stands for. */
export function findByKey(groups, key) {
    return groups.flatMap(({ options }) => options).find((option) => option.key === key);
}
