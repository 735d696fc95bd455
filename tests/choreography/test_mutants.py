"""The verdicts on the systematic mutants are current, and what survives is explained."""

from tests.choreography.judge import CHAOS, UNIT, by_name, kept
from tests.choreography.mutation import all_mutants

SENTENCE_CHARACTERS = 20


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len(by_name()) == len(all_mutants())


def test_every_branch_has_a_verdict_and_no_verdict_is_stale() -> None:
    """A new branch needs one: `python -m tests.choreography.judge --new --write`."""
    assert set(kept()) ^ set(by_name()) == set()


def test_every_survivor_is_explained() -> None:
    survivors = {name: why for name, why in kept().items() if why not in (CHAOS, UNIT)}
    assert {name for name, why in survivors.items() if len(why) < SENTENCE_CHARACTERS} == set()


def test_a_mutant_changes_the_program_and_is_taken_back() -> None:
    for mutant in all_mutants():
        function = mutant.target
        before = function.__code__
        with mutant.applied():
            assert function.__code__ != before, mutant.name
        assert function.__code__ is before
