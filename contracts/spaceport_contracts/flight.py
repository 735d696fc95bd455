"""`plan.json` as far as others read it, and what a report says of a flight.

dronepath writes the file beside the flight files; whoever flew it names it with the photos.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.capture import Frozen

PLANS_PREFIX = "plans/"
PLAN_FILE = "plan.json"
PLAN_ID = re.compile(r"^[0-9a-f]{20}$")
PHOTO_COLUMNS = ("lon_deg", "lat_deg", "height_m", "heading_deg", "pitch_deg")

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
    taken: int = Field(description="of them, those with a photo near, looking alike")
    missing: int
    covered_pct: float = Field(description="taken of planned")
    elsewhere: int = Field(description="photos far from every planned place")
    without_place: int
    typical_off_m: float | None = Field(description="median from the nearest planned place")
    largest_off_m: float | None
    largest_off_photo: str = ""
    gaps: tuple[FlightGap, ...] = Field(default=(), description="the longest, 20 at most")
    gaps_total: int = 0
