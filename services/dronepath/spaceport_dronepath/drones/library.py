"""Drones and their cameras: `library.json`, one row each with its source."""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from spaceport_dronepath.contract.problems import FieldProblem

MASS_CLASSES = (
    (250, "below 250 g"),
    (900, "below 900 g"),
    (4000, "below 4 kg"),
    (25_000, "below 25 kg"),
)
LIBRARY = Path(__file__).parent / "library.json"


class Source(BaseModel):
    """Where numbers of a row were read: `at` is who says so, `read_in` who quotes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str
    read_in: str | None = None
    says: str


class Drone(BaseModel):
    """One row; sensor and pixels are of the photo format that is meant for mapping.

    fov_deg is the diagonal that the maker states, which sensor and focal length must agree with.
    The sources carry every number but three: photo_mb and max_speed_mps (of a mission, at most
    DJI's 15 m/s) are ours, and so are electronic shutters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    sensor_mm: tuple[float, float]
    focal_mm: float
    px: tuple[int, int]
    fov_deg: float
    shutter: Literal["mechanical", "electronic"]
    min_interval_s: float
    photo_mb: float
    minutes: float
    max_speed_mps: float
    mass_g: float
    wpml_drone: tuple[int, int] | None = None
    wpml_payload: int | None = None
    dji_fly: bool = False
    sources: tuple[Source, ...]

    @property
    def mass_class(self) -> str:
        """Between which limits of the EU's open category (2019/945) the mass lies."""
        for limit_g, words in MASS_CLASSES:
            if self.mass_g < limit_g:
                return words
        return "25 kg or more"


@cache
def drones() -> dict[str, Drone]:
    """Every drone by its id."""
    rows = json.loads(LIBRARY.read_text(encoding="utf-8"))
    return {row["id"]: Drone.model_validate(row) for row in rows}


def find_drone(name: str) -> Drone:
    """The drone of that id. Raises FieldProblem that names the ids that are spelt alike."""
    wanted = name.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    wanted = wanted.removeprefix("dji")
    known = drones()
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5) or sorted(known)[:3]
    raise FieldProblem(
        "camera",
        f"The drone {name[:60]!r} is not known.",
        f"Use one of the library, such as {', '.join(near)}, or give the camera in numbers.",
    )
