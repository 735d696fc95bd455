"""No tenant starves another, and nobody is kept from a machine that nobody else wants."""

from tests.unit.runtime.rig import COMPLETED, INTERNAL, Rig

from spaceport_runtime.stage.turns import next_lap


def served(rig: Rig) -> list[int]:
    """The jobs in the order in which they were launched."""
    return [int(key.job_id, 16) for key in rig.jobs.launches]


def work_off(rig: Rig) -> None:
    """Every job that runs completes, one after the other, until nobody waits."""
    while running := rig.jobs.running():
        rig.end(int(running[0].key.job_id, 16), COMPLETED)


def test_who_brings_one_capture_waits_for_one_of_who_brings_fifty() -> None:
    rig = Rig()
    for n in range(1, 51):
        rig.ask(n, owner="builder")
    rig.ask(51, owner="surveyor")
    rig.ask(52, owner="hobbyist")
    work_off(rig)
    assert served(rig) == [1, 2, 51, 52, *range(3, 51)]


def test_two_who_bring_much_take_turns() -> None:
    rig = Rig()
    for n in range(1, 21):
        rig.ask(n, owner="builder")
    for n in range(21, 31):
        rig.ask(n, owner="surveyor")
    work_off(rig)
    whose = ["surveyor" if n > 20 else "builder" for n in served(rig)]
    assert whose[:4] == ["builder", "builder", "surveyor", "builder"]
    assert whose[:20].count("surveyor") >= 9


def test_who_comes_again_while_others_wait_goes_behind_them() -> None:
    rig = Rig()
    for n in range(1, 5):
        rig.ask(n, owner="builder")
    rig.end(1, COMPLETED)
    rig.end(2, COMPLETED)
    rig.ask(5, owner="builder")
    rig.ask(6, owner="surveyor")
    work_off(rig)
    assert served(rig) == [1, 2, 3, 4, 6, 5]


def test_without_owners_everybody_waits_in_order_of_arrival() -> None:
    rig = Rig()
    for n in range(1, 9):
        rig.ask(n)
    work_off(rig)
    assert served(rig) == list(range(1, 9))


def test_a_retry_keeps_its_turn() -> None:
    rig = Rig()
    for n in range(1, 5):
        rig.ask(n, owner="builder")
    rig.end(1, INTERNAL)
    assert served(rig)[-1] == 1
    assert rig.run(1, attempt=2).turn == rig.run(1).turn
    assert rig.run(1, attempt=2).tenant == "builder"


def test_laps_begin_anew_when_nobody_waits() -> None:
    rig = Rig()
    for n in range(1, 10):
        rig.ask(n, owner="builder")
    assert next_lap("sfm", "builder", rig.ledger) > 0
    work_off(rig)
    assert next_lap("sfm", "builder", rig.ledger) == 0
