"""Measures what the web client asks for when a collector opens a screen."""

from measuring import logged_queries, seconds_of

ROUNDS = 3
# As the web client: it counts no further than this.
COUNT_LIMIT = 10001
PAGE = 80
LIST_LIMIT = 40


def measure_screens(env):
    """Time the screens as a supervisor sees them, best of some rounds, warm cache.

    :return: dict of seconds, queries and slowest query (seconds) per screen.
    """
    env = env(user=_find_or_create_supervisor(env))
    screens = {
        "open items, first page": _open_items,
        "open items, overdue only": _overdue_items,
        "aging pivot by debtor": _pivot,
        "aging by bucket": _graph,
        "cases, list": _case_list,
        "cases, kanban by stage": _case_kanban,
        "case form, largest debtor": _case_form,
        "case form, one in the middle": _usual_form,
    }
    return {name: _measure(env, screen) for name, screen in screens.items()}


def _measure(env, screen):
    best = None
    for _round in range(ROUNDS + 1):
        env.invalidate_all()
        with logged_queries() as queries:
            _result, seconds = seconds_of(screen, env)
        if best is None or seconds < best["seconds"]:
            slowest, statement = max(queries)
            best = {
                "seconds": seconds,
                "queries": len(queries),
                "slowest_s": slowest,
                "slowest": " ".join(statement.split())[:300],
            }
    return best


def _find_or_create_supervisor(env):
    login = "benchmark_supervisor"
    users = env["res.users"]
    user = users.search([("login", "=", login)])
    groups = env.ref("cartera_cobranza.group_cartera_supervisor") + env.ref(
        "account.group_account_invoice"
    )
    return user or users.create(
        {"name": login, "login": login, "group_ids": [(6, 0, groups.ids)]}
    )


def _specification(model, view_type):
    """What the web client reads for the fields of a view, those of its nested lists
    among them."""
    from lxml import etree

    views = model.get_views([(None, view_type)])
    fields = {name: found["fields"] for name, found in views["models"].items()}
    arch = etree.fromstring(views["views"][view_type]["arch"])
    return _specify(arch, model._name, fields)


def _specify(view, model_name, fields):
    """What is read for one view, nested or not.

    :param fields: descriptions of the fields, by model and name
    """
    found = {}
    for node in view.iter("field"):
        name = node.get("name")
        if next(node.iterancestors("field", "form", "list", "kanban")) is not view:
            continue
        field = fields[model_name].get(name) or {}
        if field.get("type") == "many2one":
            found[name] = {"fields": {"display_name": {}}}
        elif field.get("type") == "many2many":
            found[name] = {"fields": {"display_name": {}}, "limit": LIST_LIMIT}
        elif (nested := node.find("list")) is not None:
            found[name] = {
                "fields": _specify(nested, field["relation"], fields),
                "limit": int(nested.get("limit", LIST_LIMIT)),
                "order": nested.get("default_order", ""),
            }
        elif field.get("type") == "one2many":
            found.setdefault(name, {"fields": {}})
        elif field:
            found[name] = {}
    return found


def _page(model, domain):
    return model.web_search_read(
        domain, _specification(model, "list"), limit=PAGE, count_limit=COUNT_LIMIT
    )


def _open_items(env):
    return _page(env["cartera.open.item"], [])


def _overdue_items(env):
    domain = [("due_side", "=", "overdue"), ("direction", "=", "debit")]
    return _page(env["cartera.open.item"], domain)


def _pivot(env):
    return env["cartera.open.item"].formatted_read_grouping_sets(
        [],
        [[], ["bucket_id"], ["debtor_id"], ["debtor_id", "bucket_id"]],
        ["amount_residual:sum", "__count"],
    )


def _graph(env):
    return env["cartera.open.item"].formatted_read_group(
        [], ["bucket_id"], ["amount_residual:sum", "__count"]
    )


def _case_list(env):
    return _page(env["cartera.case"], [("item_count", ">", 0)])


def _case_kanban(env):
    cases = env["cartera.case"]
    return cases.web_read_group(
        [("item_count", ">", 0)],
        ["stage_id"],
        ["__count", "amount_overdue:sum"],
        auto_unfold=True,
        unfold_read_specification=_specification(cases, "kanban"),
        unfold_read_default_limit=PAGE,
    )


def _case_form(env):
    case = env["cartera.case"].search([], order="item_count desc", limit=1)
    return case.web_read(_specification(case, "form"))


def _usual_form(env):
    """Of a debtor with as many items as most have."""
    cases = env["cartera.case"].search([("amount_promised", ">", 0)], limit=500)
    case = cases.sorted("item_count")[len(cases) // 2]
    return case.web_read(_specification(case, "form"))
