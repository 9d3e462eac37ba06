"""When a collection stage is reached, and what the machine may then do.

The nightly run decides all cases in one SQL statement; these functions decide one
case, for previews and as the reference the statement is tested against.
"""

from dataclasses import dataclass

# Days in which promises that were not kept, and broken agreements, count.
BROKEN_DAYS = 180


@dataclass(frozen=True, slots=True)
class StageRule:
    """Entry rule of one stage.

    :ivar stage: any key of the stage
    :ivar rank: position in the order of escalation
    :ivar min_days: days past due that the oldest collectable item must have reached
    :ivar min_amount: overdue collectable amount, in the company's currency
    :ivar min_share: overdue collectable share of the whole debt, in percent
    :ivar min_broken: promises not kept in :data:`BROKEN_DAYS` that do instead of the
        days, as soon as something collectable is overdue; 0 where none do
    :ivar on_broken_agreement: whether an agreement broken in :data:`BROKEN_DAYS` does
        so, too
    :ivar automatic: False where only a person may enter or leave the stage
    """

    stage: object
    rank: int
    min_days: int = 0
    min_amount: float = 0.0
    min_share: float = 0.0
    automatic: bool = True
    min_broken: int = 0
    on_broken_agreement: bool = False

    def holds(self, days, amount, share, broken=0, has_broken_agreement=False):
        """Whether a debtor ``days`` late on ``amount`` (``share`` % of the debt), who
        has not kept ``broken`` promises, and perhaps an agreement, meets the rule."""
        unreliable = days > 0 and (
            0 < self.min_broken <= broken
            or (self.on_broken_agreement and has_broken_agreement)
        )
        return (
            (days >= self.min_days or unreliable)
            and amount >= self.min_amount
            and share >= self.min_share
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from the rules: each is a :class:`StageRule` or None."""

    verdict: StageRule | None
    move_to: StageRule | None = None
    propose: StageRule | None = None


def decide(
    rules,
    current,
    last_verdict,
    days,
    amount,
    share,
    broken=0,
    is_held=False,
    has_broken_agreement=False,
    is_in_court=False,
):
    """Decide one case.

    The verdict is the highest stage whose rule holds. The machine acts when the
    verdict differs from the last one, so that a stage set by a person stands until
    the facts change. It moves a debtor forward through automatic stages only, back
    only to the lowest stage when nothing collectable is overdue any more, and
    proposes to a person whatever would enter or leave a stage that is not automatic.

    :param rules: :class:`StageRule` list; the one of lowest rank must always hold
    :param current: the rule of the case's present stage
    :param last_verdict: the rule of the last verdict, or None for a new case
    :param days: days past due of the oldest collectable item, 0 when none is overdue
    :param amount: overdue collectable amount in the company's currency
    :param share: that amount in percent of the debtor's whole debt
    :param broken: promises of the debtor that were not kept in :data:`BROKEN_DAYS`
    :param is_held: whether something overdue is promised, paused or disputed: while
        nothing else is, that is no cure and the verdict stands
    :param has_broken_agreement: whether an agreement of the debtor was broken in
        :data:`BROKEN_DAYS`
    :param is_in_court: whether a legal case against the debtor is not closed: who was
        put into a stage by a person is not cured before it is, also when all that is
        due of an agreement made there is paid
    :return: :class:`Decision`
    """
    stands = is_held or (is_in_court and not current.automatic)
    if stands and days <= 0:
        return Decision(last_verdict)
    ordered = sorted(rules, key=lambda rule: rule.rank)
    lowest = ordered[0]
    holding = [
        rule
        for rule in ordered
        if rule.holds(days, amount, share, broken, has_broken_agreement)
    ]
    verdict = holding[-1] if holding else lowest
    if last_verdict is not None and verdict.stage == last_verdict.stage:
        return Decision(verdict)
    if verdict.rank == lowest.rank:
        if current.rank == lowest.rank:
            return Decision(verdict)
        if current.automatic:
            return Decision(verdict, move_to=lowest)
        return Decision(verdict, propose=lowest)
    reachable = [rule for rule in holding if rule.automatic]
    target = reachable[-1] if reachable else lowest
    ahead = verdict.rank > current.rank
    decided_by_rules = verdict.automatic and current.automatic
    return Decision(
        verdict,
        move_to=target if current.automatic and target.rank > current.rank else None,
        propose=verdict if ahead and not decided_by_rules else None,
    )
