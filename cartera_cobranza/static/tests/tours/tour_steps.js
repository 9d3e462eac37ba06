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
