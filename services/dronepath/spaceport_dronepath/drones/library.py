"""Drones and their cameras: `library.json`, one row each with its source."""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from spaceport_dronepath.contract.problems import FieldProblem

LIBRARY = Path(__file__).parent / "library.json"


class Drone(BaseModel):
    """One row; sensor and pixels are of the photo format that is meant for mapping."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    sensor_mm: tuple[float, float]
    focal_mm: float
    px: tuple[int, int]
    shutter: Literal["mechanical", "electronic"]
    min_interval_s: float
    photo_mb: float
    minutes: float
    max_speed_mps: float
    mass_g: float
    eu_class: str | None = None
    wpml_drone: tuple[int, int] | None = None
    wpml_payload: int | None = None
    dji_fly: bool = False
    source: str


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
