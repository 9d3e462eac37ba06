"""What a message asks for."""

from cartera_lib import statement


def item(amount, days, currency="MXN", collectable=True):
    side = "debit" if amount > 0 else "credit"
    return {
        "amount": amount,
        "days": days,
        "currency_id": currency,
        "side": side,
        "collectable": collectable,
    }


ITEMS = [
    item(100, 30),
    item(50, 1, collectable=False),
    item(40, 0),
    item(30, -6),
    item(-25, 10),
    item(7, 3, "USD"),
]


def sides(chosen):
    return [(row["amount"], row["side"]) for row in chosen]


def test_only_what_is_collectable_and_due_is_shown():
    assert sides(statement.choose(ITEMS, None, statement.OFF)) == [
        (100, "overdue"),
        (7, "overdue"),
    ]


def test_what_falls_due_within_the_horizon_is_upcoming():
    """What is overdue would read there as if it fell due soon."""
    assert sides(statement.choose(ITEMS, 5, statement.OFF)) == [(40, "upcoming")]


def test_credits_are_shown_deducted_or_left_out():
    for policy, asked, credit in [
        (statement.SHOW, 100, -25),
        (statement.DEDUCT, 75, -25),
        (statement.OFF, 100, 0),
    ]:
        chosen = statement.choose(ITEMS, None, policy)
        pesos, dollars = statement.total(chosen, policy)
        assert (pesos.asked, pesos.credit) == (asked, credit)
        assert (dollars.currency, dollars.asked) == ("USD", 7)


def test_credits_never_turn_the_debt_around():
    chosen = statement.choose([item(10, 5), item(-25, 5)], None, statement.DEDUCT)
    [total] = statement.total(chosen, statement.DEDUCT)
    assert total.asked == 0


def test_a_preventive_message_asks_for_what_is_coming():
    chosen = statement.choose(ITEMS, 5, statement.OFF)
    [pesos] = statement.total(chosen, statement.OFF, asked=("upcoming",))
    assert (pesos.asked, pesos.overdue) == (40, 0)


def test_what_is_contested_is_shown_but_not_asked_for():
    contested = {**item(100, 30), "disputed": 40}
    foreign = {**item(7, 3, "USD"), "disputed": 2}
    chosen = statement.choose([contested, item(60, 5), foreign], None, statement.OFF)
    pesos, dollars = statement.total(chosen, statement.OFF)
    assert (pesos.overdue, pesos.disputed, pesos.asked) == (160, 40, 120)
    assert (dollars.overdue, dollars.disputed, dollars.asked) == (7, 2, 5)


def test_what_is_contested_of_what_falls_due_soon_is_not_asked_for_either():
    contested = {**item(40, 0), "disputed": 15}
    chosen = statement.choose([contested], 5, statement.OFF)
    [pesos] = statement.total(chosen, statement.OFF, asked=("upcoming",))
    assert (pesos.upcoming, pesos.asked) == (40, 25)


def test_credits_are_deducted_from_what_is_not_contested():
    contested = {**item(100, 30), "disputed": 40}
    chosen = statement.choose([contested, item(-25, 10)], None, statement.DEDUCT)
    [pesos] = statement.total(chosen, statement.DEDUCT)
    assert pesos.asked == 35


def test_an_offer_shows_what_it_is_about_due_or_not():
    lines = [
        {**one, "line_id": rank} for rank, one in enumerate([*ITEMS, item(60, -200)])
    ]
    chosen = statement.choose_offered(lines, (0, 3, 6))
    assert sides(chosen) == [(100, "overdue"), (30, "upcoming"), (60, "upcoming")]
    [total] = statement.total(chosen, statement.SHOW, ("overdue", "upcoming"))
    assert total.asked == 190
