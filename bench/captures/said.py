"""Does what is said about the frame cover the truth?

    python -m bench.captures.said [--captures N] [--processes N]

Made-up captures of every kind that the generated world flies, as the mapper would leave them: 6 to
24 photos, drones with and without gimbal angles and height above take-off, each with a mounting,
a gimbal or a hand that is off by the same in all photos, barometers that drift, ground that slopes.
Placed by what their tags say; then up, scale and heading against what was flown and against what
the sentence of the report says ("within ...").
"""

import argparse
import json
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.exif import Origin, enu_to_geodetic
from spaceport_scenery.kinds import CHURCH, KINDS, Land, Shot, plan
from spaceport_sfm.job.placing.georeference import Placement, georeference
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.sim3 import Sim3, angle_deg
from spaceport_sfm.job.task import TaskPhoto

Array = NDArray[np.float64]
Random = np.random.Generator
PLACE = Origin(46.63, 7.9, 612.0)
START = datetime(2026, 6, 1, 10, 0, 0)
LEVEL = Land(lambda _x, _y: 0.0)
FEWEST, MOST = 6, 24
# What is off by the same in all photos, one standard deviation: a drone's gimbal and compass.
MOUNT_DEG, GIMBAL_DEG, COMPASS_DEG = 0.5, 0.5, 4.0
# A barometer drifts steadily, and wanders from low to high by up to as much.
DRIFT_M, WANDER_M, SLOPE_DEG = 2.0, 1.0, 2.0
UP_DOUBT, SCALE_DOUBT = "Which way is up", "distances may be wrong"
WRONG_TILT_DEG, WRONG_SCALE = 2.0, 0.02


@dataclass(frozen=True)
class Said:
    """One capture: what is wrong with its frame, and what was said."""

    kind: str
    seed: int
    photos: int
    tilt_deg: float
    tilt_said_deg: float
    up_doubted: bool
    scale_off: float | None
    """Share of the scale; None where no scale was given, which is said."""
    scale_said: float | None
    scale_doubted: bool
    heading_deg: float | None
    heading_said_deg: float | None
    note: str

    @property
    def ratios(self) -> dict[str, float]:
        """The truth over what was said of it."""
        found = {"up": self.tilt_deg / self.tilt_said_deg}
        if self.scale_off is not None and self.scale_said:
            found["scale"] = abs(self.scale_off) / self.scale_said
        if self.heading_deg is not None and self.heading_said_deg:
            found["heading"] = self.heading_deg / self.heading_said_deg
        return found

    @property
    def silently_wrong(self) -> bool:
        """More than 2 degrees or 2 % off without a warning."""
        up = self.tilt_deg > WRONG_TILT_DEG and not self.up_doubted
        off = self.scale_off is not None and abs(self.scale_off) > WRONG_SCALE
        return up or (off and not self.scale_doubted)


def made_up(kind: str, seed: int) -> Said:
    """Make a capture of that kind, place it and compare."""
    rng = np.random.default_rng([seed, 11])
    count = int(rng.integers(FEWEST, MOST + 1))
    shots = [shot for shot in plan(kind, count, seed, LEVEL) if not shot.thermal]
    frame = _any_frame(rng)
    rotations = np.array([shot.pose.camera_to_world() for shot in shots])
    if not shots[0].phone:
        rotations = rotations @ _rolled(float(rng.normal(0, MOUNT_DEG)))
    names = tuple(f"{number:04d}.jpg" for number in range(count))
    poses = Poses(
        names,
        frame.apply(np.array([shot.pose.position for shot in shots])),
        np.einsum("ij,njk->nik", frame.rotation, rotations),
    )
    photos = [
        TaskPhoto(name=name, original=name, camera=0, **tags)
        for name, tags in zip(names, _tags(shots, rng), strict=True)
    ]
    placement = georeference(poses, frame.apply(_points(shots, rng)), photos, 1)
    return _compare(kind, seed, count, frame, placement)


def _any_frame(rng: Random) -> Sim3:
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    return Sim3(float(rng.uniform(0.01, 3)), rotation, rng.normal(size=3))


def _rolled(roll_deg: float) -> Array:
    cosine, sine = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def _points(shots: Sequence[Shot], rng: Random) -> Array:
    """Sloping ground below a drone, or a wall before somebody on foot."""
    points = rng.uniform(-60, 60, (1500, 3))
    if shots[0].phone:
        return np.asarray(points * [0.3, 0.05, 0.1] + [*CHURCH, 5.0])
    slope = np.tan(np.radians(rng.normal(0, SLOPE_DEG, 2)))
    points[:, 2] = points[:, :2] @ slope + rng.normal(0, 0.6, len(points))
    points[:40, 2] += rng.uniform(-60, 60, 40)
    return points


def _tags(shots: Sequence[Shot], rng: Random) -> list[dict[str, Any]]:
    angles, above = rng.random(2) < 0.5
    pitch, roll = rng.normal(0, GIMBAL_DEG, 2)
    yaw = rng.normal(0, COMPASS_DEG)
    along = np.linspace(0, 1, len(shots))
    drift_m = rng.normal(0, DRIFT_M) * along
    waves, start = rng.uniform(0.3, 3), rng.uniform(0, 1)
    drift_m = drift_m + rng.uniform(0, WANDER_M) / 2 * np.sin(2 * np.pi * (waves * along + start))
    written = []
    for shot, drifted_m in zip(shots, drift_m, strict=True):
        latitude, longitude, altitude = enu_to_geodetic(np.array(shot.gps_m), PLACE)
        tags = {
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "altitude_m": altitude + (0.0 if shot.phone else drifted_m),
            "taken_at": START + timedelta(seconds=shot.seconds),
            "drone": not shot.phone,
        }
        if above and shot.above_m is not None:
            tags["relative_altitude_m"] = round(shot.above_m + drifted_m, 1)
        if angles and not shot.phone:
            tags |= {
                "gimbal_pitch_deg": shot.pose.pitch_deg + pitch,
                "gimbal_roll_deg": shot.pose.roll_deg + roll,
                "gimbal_yaw_deg": shot.pose.yaw_deg + yaw,
            }
        written.append(tags)
    return written


def _compare(kind: str, seed: int, photos: int, frame: Sim3, placement: Placement) -> Said:
    turned = placement.transform.rotation @ frame.rotation
    heading_deg = abs(float(np.degrees(np.arctan2(turned[0, 1], turned[1, 1]))))
    up = re.search(r"within ([0-9.]+) degrees\)", placement.note)
    across = re.search(r"within ([0-9.]+)% and ([0-9.]+) degrees", placement.note)
    assert up is not None, placement.note
    warned = " ".join(placement.warnings)
    return Said(
        kind=kind,
        seed=seed,
        photos=photos,
        tilt_deg=angle_deg(turned[:, 2], np.array([0.0, 0.0, 1.0])),
        tilt_said_deg=float(up[1]),
        up_doubted=UP_DOUBT in warned,
        scale_off=placement.transform.scale * frame.scale - 1 if across else None,
        scale_said=float(across[1]) / 100 if across else None,
        scale_doubted=SCALE_DOUBT in warned,
        heading_deg=heading_deg if across else None,
        heading_said_deg=float(across[2]) if across else None,
        note=placement.note,
    )


def summary(found: Sequence[Said]) -> dict[str, Any]:
    """How often the truth exceeded what was said, and how large the said is."""
    ratios = [ratio for said in found for ratio in said.ratios.values()]
    tilts = np.array([said.tilt_said_deg for said in found])
    return {
        "captures": len(found),
        "figures": len(ratios),
        "beyond_said": sum(ratio > 1 for ratio in ratios),
        "worst_over_said": round(max(ratios), 2),
        "silently_wrong": sum(said.silently_wrong for said in found),
        "worst_tilt_deg": round(max(said.tilt_deg for said in found), 2),
        "tilt_said_deg": [round(float(q), 1) for q in np.quantile(tilts, (0.1, 0.5, 0.9))],
        "up_doubted": sum(said.up_doubted for said in found),
        "scale_doubted": sum(said.scale_doubted for said in found),
        "without_scale": sum(said.scale_off is None for said in found),
    }


def main() -> None:
    """Count over all kinds, and over each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--captures", type=int, default=2400)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("out/bench/captures_said.json"))
    options = parser.parse_args()
    kinds = list(KINDS)
    work = [(kinds[number % len(kinds)], number) for number in range(options.captures)]
    with ProcessPoolExecutor(options.processes) as pool:
        found = list(pool.map(made_up, *zip(*work, strict=True), chunksize=8))
    table = {"all": summary(found)}
    for kind in kinds:
        of_kind = [said for said in found if said.kind == kind]
        table |= {kind: summary(of_kind)} if of_kind else {}
    beyond = [asdict(said) for said in found if max(said.ratios.values()) > 1]
    for name, figures in table.items():
        print(name, figures, flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"kinds": table, "beyond": beyond}, indent=1))


if __name__ == "__main__":
    main()
