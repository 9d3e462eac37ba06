"""Why a step is done, waits or is left out: the codes that the planner writes."""

VERDICTS = [
    ("do", "Will be done"),
    ("merged", "Merged into a stronger step"),
    ("skip", "Left out"),
    ("wait", "Not due yet"),
]

REASONS = [
    # done
    ("due", "Due"),
    ("merged", "A stronger step is done on this day"),
    # waits
    ("not_yet", "Its day has not come"),
    ("clock", "Waits for the step before it"),
    ("waiting", "Pause after the last step"),
    ("today", "The debtor is contacted this way today already"),
    # of the debtor
    ("archived", "The debtor is archived"),
    ("insolvent", "Insolvency proceedings"),
    ("hold", "On hold"),
    ("promise", "A promise to pay is running"),
    ("paused", "What is overdue is on hold"),
    ("disputed", "What is overdue is disputed"),
    ("blocked", "Everything overdue is blocked or excluded from follow-up"),
    ("nothing_overdue", "Nothing is overdue"),
    ("nothing_owed", "Nothing is owed"),
    ("covered", "Credits cover what is overdue"),
    ("no_segment", "The debtor is in no segment"),
    ("no_strategy", "The segment has no strategy"),
    ("no_steps", "The strategy has no step for this debtor"),
    # of the bank
    ("bank_stale", "The bank statements are not up to date"),
    ("money_in_transit", "Money of the debtor is on its way"),
    # of the step
    ("done", "Done already"),
    ("superseded", "A stronger step has been done already"),
    ("ended", "The strategy has ended for this episode"),
    ("expired", "Its day is too long ago"),
    ("amount", "The amount is out of the step's range"),
    ("share", "The overdue share is too small"),
    ("bucket", "Not for this bucket"),
    ("segment", "Not for this segment"),
    ("stage", "Not in this stage"),
    ("language", "Not for this language"),
    ("no_channel", "No address to reach the debtor"),
    ("opt_out", "The debtor does not want this channel"),
    ("consent", "The debtor has not authorised this channel, as it must"),
    ("forbidden", "The law does not allow this channel"),
    ("sued", "Served in a lawsuit: the law allows no contact"),
    # after the approval
    ("paid", "Paid since the plan was made"),
    ("repeated", "Done meanwhile by another plan"),
    ("cured", "Not in arrears any more"),
    ("promise_over", "The promise has been kept or is not open any more"),
    ("agreement_over", "The agreement is not in force any more"),
    ("elsewhere", "No debtor of the company"),
]

# The debtor has answered for everything overdue, so that nothing is asked for now.
ANSWERED = ("promise", "paused", "disputed")

WAITING = ("not_yet", "clock", "waiting", "today")

# What a plan does not tell of a debtor about whom it has something to say, and the
# nightly plan never.
UNTOLD = ("done", "expired", "superseded", "ended", "nothing_overdue", "nothing_owed")
