"""Work on many keys at once without letting one bad key spoil the others."""


def run_isolating(keys, work, attempt):
    """Do ``work`` on all keys together; where that fails, halve until the bad ones
    stand alone.

    With *b* bad keys among *n*, about ``2 * b * log2(n)`` calls are made instead of
    *n*.

    :param keys: list of keys
    :param work: callable taking a list of keys and returning a number of records
    :param attempt: callable taking ``work`` and a list of keys; returns
        ``(result, None)``, or ``(None, error)`` after undoing what a failed work did
    :return: ``(total, errors)``: the sum of the results and a list of
        ``(key, error)``
    """
    total, errors = 0, []
    pending = [list(keys)] if keys else []
    while pending:
        batch = pending.pop()
        result, error = attempt(work, batch)
        if error is None:
            total += result
        elif len(batch) == 1:
            errors.append((batch[0], error))
        else:
            middle = len(batch) // 2
            pending += [batch[middle:], batch[:middle]]
    return total, errors
