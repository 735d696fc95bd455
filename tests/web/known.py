"""Two places on the village's open ground, a known distance apart, as one of its photos shows them.

A person measures between two features that both they and the photo show. Here the generator says
in which direction from a photo each place lies; along that way from where sfm put the photo lies
the same feature in the scene, whatever the scene's scale: so what is measured is the scene's own.
"""

import json
import math
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spaceport_scenery.render import Scene, is_free, nearest
from spaceport_scenery.scene import build_scene
from spaceport_scenery.terrain import sample
from tests.web.small_scene import Triple

Vector = npt.NDArray[np.float64]
SEED = 7
DETAIL_M = 0.1
STEP_M = 4.0
REACH_M = 16.0  # from the middle of what a photo shows, so that its neighbours show it, too


@dataclass(frozen=True)
class Known:
    """The photo, the two ways from it in its own axes (right, down, forward), and the truth."""

    photo: str
    ways: tuple[Vector, Vector]
    distance_m: float


def find_known(truth_file: Path) -> Known:
    """In the first photo of the flight; the two places of open ground that lie farthest apart."""
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    name, pose = next(iter(truth["photos"].items()))
    eye, axes = np.array(pose["position_enu_m"]), np.array(pose["camera_to_world"])
    scene = build_scene(SEED, DETAIL_M)
    middle = eye - axes[:, 2] * eye[2] / axes[2, 2]
    offsets = np.arange(-REACH_M, REACH_M + 0.1, STEP_M)
    around = [(middle[0] + x, middle[1] + y) for x in offsets for y in offsets]
    open_ground = [
        np.array([x, y, sample(scene.heights, x, y)])
        for x, y in around
        if math.hypot(x - middle[0], y - middle[1]) <= REACH_M and is_free(scene, x, y)
    ]
    seen = [place for place in open_ground if _is_seen(scene, eye, place)]
    first, second = max(combinations(seen, 2), key=lambda pair: _apart(*pair))
    ways = (axes.T @ (first - eye), axes.T @ (second - eye))
    return Known(name, ways, _apart(first, second))


def _apart(first: Vector, second: Vector) -> float:
    return float(np.linalg.norm(first - second))


def _is_seen(scene: Scene, eye: Vector, place: Vector) -> bool:
    reach = _apart(place, eye)
    x, y, z = (float(part) for part in (place - eye) / reach)
    start = (float(eye[0]), float(eye[1]), float(eye[2]))
    return nearest(scene.rows, np.arange(scene.rows.shape[0]), start, (x, y, z))[0] > reach


def in_scene(known: Known, geo: dict[str, object]) -> tuple[Triple, Triple, tuple[Triple, ...]]:
    """The scene's photo: where it is, what it looks at, and a point on each of the two ways."""
    photos = geo["photos"]
    assert isinstance(photos, list)
    photo = next(each for each in photos if each["original"] == known.photo)
    eye, axes = np.array(photo["position_m"]), np.array(photo["camera_to_world"])
    points = tuple(_triple(eye + axes @ way) for way in known.ways)
    return _triple(eye), _triple(eye + axes[:, 2] * 10.0), points


def _triple(vector: Vector) -> Triple:
    return float(vector[0]), float(vector[1]), float(vector[2])
