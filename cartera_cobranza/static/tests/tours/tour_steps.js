/** Open an entry of a dropdown in the menu bar of the app. */
export function openMenu(section, entry) {
    return [
        {
            content: `Unfold ${section}`,
            trigger: `.o_menu_sections [data-menu-xmlid="cartera_cobranza.${section}"]`,
            run: "click",
        },
        {
            content: `Choose ${entry}`,
            trigger: `.o-dropdown--menu [data-menu-xmlid="cartera_cobranza.${entry}"]`,
            run: "click",
        },
    ];
}

/** Write another day than the one that a window proposes. */
export function setDay(field, day) {
    const widget = `.modal .o_field_widget[name=${field}]`;
    return [
        { content: `Unfold ${field}`, trigger: `${widget} button`, run: "click" },
        {
            content: `Set ${field}`,
            trigger: `${widget} input`,
            run: `edit ${day} && press Enter`,
        },
    ];
}

/** Choose a value of a selection. */
export function choose(field, label) {
    return [
        {
            content: `Unfold ${field}`,
            trigger: `${field} input.o_select_menu_toggler`,
            run: "click",
        },
        {
            content: `Choose ${label}`,
            trigger: `.o_select_menu_item:contains(${label})`,
            run: "click",
        },
    ];
}

/** Look a record up by its name, and choose it. */
export function lookUp(field, name) {
    return [
        {
            content: `Look up ${name}`,
            trigger: `${field} input`,
            run: `edit ${name}`,
        },
        {
            content: `Choose ${name}`,
            trigger: `.o-autocomplete--dropdown-item a:contains(${name})`,
            run: "click",
        },
    ];
}

/** Look a record up on a phone, where those to choose from fill the screen. */
export function pick(field, name) {
    return [
        {
            content: `Look for ${name}`,
            trigger: `${field} input`,
            run: "click",
        },
        {
            content: `Choose ${name}`,
            trigger:
                `.modal .o_data_row:contains(${name}) .o_data_cell, ` +
                `.modal .o_kanban_record:contains(${name})`,
            run: "click",
        },
        { trigger: `${field} input:value(${name})` },
    ];
}

/** A record of a list, or of the cards that a phone shows instead. */
export function row(...texts) {
    const contents = texts.map((text) => `:contains(${text})`).join("");
    return `.o_data_row${contents}, .o_kanban_record${contents}`;
}

/** Open a record of a list, by one of its fields, or of cards. */
export function openRow(field, ...texts) {
    const contents = texts.map((text) => `:contains(${text})`).join("");
    return {
        content: `Open ${texts.join(", ")}`,
        trigger: `.o_data_row${contents} td[name=${field}], .o_kanban_record${contents}`,
        run: "click",
    };
}

/** Take the filter of a list away, which a phone hides. */
export function showAll() {
    return [
        {
            isActive: ["mobile"],
            content: "Show the search",
            trigger: ".o_control_panel button:has(.fa-search)",
            run: "click",
        },
        {
            content: "Remove the filter",
            trigger: ".o_searchview .o_facet_remove",
            run: "click",
        },
    ];
}

/** Press a button at the head of a form, which a phone folds. */
export function pressStat(button) {
    return [
        {
            isActive: ["mobile"],
            content: "Unfold the buttons",
            trigger: ".o_form_view_container .o_button_more, .o_control_panel .o_button_more",
            run: "click",
        },
        {
            content: `Press ${button}`,
            trigger: `button[name=${button}]`,
            run: "click",
        },
    ];
}
