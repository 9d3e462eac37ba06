"""Bad keys are found and left out; nothing else suffers."""

from math import ceil, log2

from cartera_lib.batches import run_isolating
from hypothesis import given
from hypothesis import strategies as st


class Ledger:
    """Work that fails as a whole when one of its keys is bad, and is then undone."""

    def __init__(self, bad=()):
        self.bad = set(bad)
        self.done = []
        self.calls = 0

    def work(self, keys):
        self.calls += 1
        for key in keys:
            self.done.append(key)
            if key in self.bad:
                raise ValueError(key)
        return len(keys)

    def attempt(self, work, keys):
        before = list(self.done)
        try:
            return work(keys), None
        except ValueError as error:
            self.done = before
            return None, error

    def run(self, keys):
        return run_isolating(keys, self.work, self.attempt)


keys_and_bad_ones = st.lists(
    st.integers(0, 5000), min_size=1, max_size=200, unique=True
).flatmap(
    lambda keys: st.tuples(
        st.just(keys), st.lists(st.sampled_from(keys), unique=True, max_size=20)
    )
)


def test_nothing_to_do_calls_nothing():
    ledger = Ledger()
    assert ledger.run([]) == (0, [])
    assert ledger.calls == 0


def test_without_bad_keys_one_call_does_it():
    ledger = Ledger()
    assert ledger.run([3, 1, 2]) == (3, [])
    assert ledger.calls == 1
    assert ledger.done == [3, 1, 2]


def test_the_error_comes_with_its_key():
    total, errors = Ledger(bad=[2]).run([1, 2, 3])
    assert total == 2
    assert [(key, str(error)) for key, error in errors] == [(2, "2")]


def test_all_keys_bad():
    total, errors = Ledger(bad=[1, 2, 3]).run([1, 2, 3])
    assert total == 0
    assert [key for key, _error in errors] == [1, 2, 3]


@given(keys_and_bad_ones)
def test_good_keys_are_done_once_and_in_order(case):
    keys, bad = case
    ledger = Ledger(bad)
    total, errors = ledger.run(keys)
    good = [key for key in keys if key not in set(bad)]
    assert ledger.done == good
    assert total == len(good)
    assert [key for key, _error in errors] == [key for key in keys if key in set(bad)]


@given(keys_and_bad_ones)
def test_few_bad_keys_cost_few_calls(case):
    keys, bad = case
    ledger = Ledger(bad)
    ledger.run(keys)
    assert ledger.calls <= 1 + 2 * len(bad) * ceil(log2(len(keys) + 1))


@given(st.lists(st.integers(), unique=True))
def test_the_keys_given_are_left_as_they_were(keys):
    before = list(keys)
    Ledger(bad=keys[:1]).run(keys)
    assert keys == before


@given(st.lists(st.integers(0, 9), max_size=30, unique=True))
def test_the_total_sums_what_the_work_returns(keys):
    total, errors = run_isolating(keys, sum, lambda work, batch: (work(batch), None))
    assert (total, errors) == (sum(keys), [])
