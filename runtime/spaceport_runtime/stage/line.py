"""The line of runs that wait for a machine, and what those in it are told."""

from collections.abc import Container

from spaceport_contracts.events import StageWaiting
from spaceport_runtime.lineage import follow
from spaceport_runtime.ports import Platform, Run, RunKey, RunState
from spaceport_runtime.stage.recipe import Recipe, cause_of, has_ended, waiting_run

LINE_HEAD = 25


def tell_places(
    waiting: list[Run], behind_head: Container[RunKey], recipe: Recipe, platform: Platform
) -> None:
    """Tell everybody in the line the place, where that is news.

    Whoever stands behind the part of the line that was read (`behind_head`) is told how many wait,
    once, and again when near its head.
    """
    wanted = [run for run in waiting if not _is_over(run, platform)]
    for place, listed in enumerate(wanted, start=1):
        if not _is_news(place, listed.place):
            continue
        run = waiting_run(listed.key, platform)
        if run is None:
            continue
        if run.key in behind_head:
            place = max(place, platform.ledger.count_waiting(recipe.service.name))  # noqa: PLW2901
        if _is_news(place, run.place):
            _tell_place(run, place, recipe, platform)


def _is_over(run: Run, platform: Platform) -> bool:
    """Cancelled while somebody tried to launch it; only the sweep takes it out of the line."""
    return run.state is RunState.LAUNCHING and has_ended(run, platform)


def _tell_place(run: Run, place: int, recipe: Recipe, platform: Platform) -> None:
    news = follow(
        StageWaiting,
        cause_of(run),
        run.key.attempt,
        platform.clock(),
        recipe.stage,
        place,
        stage=recipe.stage,
        place=place,
        instance_type=recipe.job_of(run).instance_type,
    )
    platform.bus.publish(news)
    platform.ledger.remember_place(run.key, place)


def _is_news(place: int, told: int | None) -> bool:
    """The last five places are counted down; before, only a halving is worth an event."""
    return told is None or (place < told and (place <= 5 or place * 2 <= told))
