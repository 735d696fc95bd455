"""`plan.json` as far as others read it, when a photo is a planned one, and what a report says.

dronepath writes the file beside the flight files; whoever flew it names it with the photos. It
holds photos against the plan itself (`spaceport plan --check`), and so does notify in the report:
both by the rule that is here.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.capture import Frozen

PLANS_PREFIX = "plans/"
PLAN_FILE = "plan.json"
PLAN_ID = re.compile(r"^[0-9a-f]{20}$")
PHOTO_COLUMNS = ("lon_deg", "lat_deg", "height_m", "heading_deg", "pitch_deg")

# A photo may be a planned one that is no further away: GPS is worse only when it is elsewhere.
NEAR_M = 8.0
NEAR_SHARE = 0.15  # of the height
PITCH_APART_DEG = 20.0

PlannedPhoto = tuple[float, float, float, float, float]


class PlannedFlight(BaseModel):
    """Where every photo was to be taken: one list for each sortie, height above the take-off."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    version: Literal[1]
    photo_columns: tuple[
        Literal["lon_deg"],
        Literal["lat_deg"],
        Literal["height_m"],
        Literal["heading_deg"],
        Literal["pitch_deg"],
    ]
    photos: tuple[Annotated[tuple[PlannedPhoto, ...], Field(min_length=1)], ...] = Field(
        min_length=1
    )


def plan_key(plan: str) -> str:
    """The key that a plan's id means; a key stays as it is."""
    return f"{PLANS_PREFIX}{plan}/{PLAN_FILE}" if PLAN_ID.match(plan) else plan


def near_m(height_m: float) -> float:
    """How far from its planned place a photo may be taken."""
    return max(NEAR_M, NEAR_SHARE * height_m)


def paired(candidates: Iterable[tuple[float, int, int]]) -> dict[int, int]:
    """Which photo is which planned one: each photo at most one, the most that go together.

    `candidates` are (metres apart, planned, taken). The nearest come together first; a photo that
    is left without one then moves others along, so that a line whose photos all lie between the
    planned places lacks none.
    """
    could: dict[int, list[int]] = defaultdict(list)
    planned_of: dict[int, int] = {}
    taken_of: dict[int, int] = {}
    for _, planned, taken in sorted(candidates):
        could[taken].append(planned)
        if planned not in taken_of and taken not in planned_of:
            taken_of[planned], planned_of[taken] = taken, planned
    looked_at: set[int] = set()  # what once led to no free place leads to none later either
    for taken in sorted(could.keys() - planned_of.keys()):
        _move_along(taken, could, (taken_of, planned_of), looked_at)
    return taken_of


Pairs = tuple[dict[int, int], dict[int, int]]


def _move_along(first: int, could: dict[int, list[int]], pairs: Pairs, looked_at: set[int]) -> None:
    """The shortest way to a planned place that is free, every photo on it moved by one."""
    taken_of, _ = pairs
    came_from: dict[int, int] = {}
    waiting = deque([first])
    while waiting:
        taken = waiting.popleft()
        for planned in could[taken]:
            if planned in looked_at or planned in came_from:
                continue
            came_from[planned] = taken
            if planned not in taken_of:
                _shift(planned, came_from, pairs)
                return
            waiting.append(taken_of[planned])
    looked_at |= came_from.keys()


def _shift(free: int, came_from: dict[int, int], pairs: Pairs) -> None:
    taken_of, planned_of = pairs
    planned: int | None = free
    while planned is not None:
        taken = came_from[planned]
        left = planned_of.get(taken)  # none: the one that had no place
        taken_of[planned], planned_of[taken] = taken, planned
        planned = left


class FlightGap(Frozen):
    """Planned photos in a row that nobody took; numbers within the sortie, from 1."""

    sortie: int
    first: int
    last: int
    lon_deg: float
    lat_deg: float


class FlightReport(Frozen):
    """Planned against flown, by the places and gimbal angles that the photos state."""

    planned: int = Field(description="photos in the plan")
    taken: int = Field(description="of them, those with a photo of their own near, looking alike")
    missing: int
    covered_pct: float = Field(description="taken of planned")
    elsewhere: int = Field(description="photos far from every planned place")
    without_place: int
    typical_off_m: float | None = Field(description="median from the nearest planned place")
    largest_off_m: float | None
    largest_off_photo: str = ""
    gaps: tuple[FlightGap, ...] = Field(default=(), description="the longest, 20 at most")
    gaps_total: int = 0
