"""The model laid onto its GPS.

Up first, by all that tells it (upright.py); then scale, heading and shift from the horizontal GPS
(bearing.py); heights last, flight by flight (heights.py). A similarity onto raw GPS would let one
wrong altitude roll the world.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray

from spaceport_sfm.job.placing.bearing import (
    INDEPENDENT,
    Bearing,
    agree_apart,
    bearing_of,
    fit_bearing,
    measure_lean,
    plane_of,
)
from spaceport_sfm.job.placing.cues import STRONG, Cue, rough_up
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.heights import (
    LEAST_TOLD,
    Altitudes,
    Slope,
    altitudes_of,
    measure_slope,
)
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.positions import GpsPositions
from spaceport_sfm.job.placing.sim3 import UP, Sim3, angle_deg, rotation_between, unit
from spaceport_sfm.job.placing.sure import chance_beyond
from spaceport_sfm.job.placing.upright import Upright, residual_charge, settle_up
from spaceport_sfm.job.task import Origin, TaskPhoto

MIN_LOCATED = 3
GPS_HEIGHTS, GPS_POSITIONS = "GPS heights", "GPS positions"
# Steeper than this the heights describe another place than the photos.
MAX_SLOPE = 3.0
# Altitudes that turn up by more than this away from everything else are left out of it.
CONTRADICTION_DEG, CONTRADICTION_SIGMAS = 2.0, 2.5
# Heights beyond both were not measured by the same instrument in the same unit.
WRONG_HEIGHT_SIGMAS, WRONG_HEIGHT_M = 8.0, 10.0
RANSAC_SHARES = (0.02, 0.1)


@dataclass(frozen=True)
class Located:
    """The photos of the model that GPS places."""

    rows: NDArray[np.int64]
    centres: Points
    """[N, 3] in the model's frame."""
    enu_m: Points
    """[N, 3]; up is nan where unknown."""
    altitudes: Altitudes
    """Rows of these are those of this class."""
    seed: int
    rounding_m: float
    """Standard error of a coordinate by what the positions are rounded to."""

    @property
    def target(self) -> NDArray[np.complex128]:
        """[N]: east + i north."""
        return np.asarray(self.enu_m[:, 0] + 1j * self.enu_m[:, 1])

    def bearing(self, up: Points) -> Bearing:
        """Scale, heading and shift for an up."""
        return fit_bearing(plane_of(self.centres, up), self.target, self.seed, self.rounding_m)


@dataclass(frozen=True)
class Fit:
    """How the model lies in the world, by GPS and all else."""

    transform: Sim3
    upright: Upright
    bearing: Bearing
    slope: Slope | None
    scale_share: float
    """Standard error of the scale, as a share of it."""
    origin: Origin
    located: Located
    residuals_m: Points
    """[N]: distance of every located photo from its GPS, offsets of flights taken out."""
    wrong_height: NDArray[np.bool_]
    """[N]: the altitude is of another unit, sign or place than the others'."""

    @property
    def agree_apart(self) -> bool:
        """The photos whose GPS was not used agree among themselves."""
        plane = plane_of(self.located.centres, self.upright.up)
        return agree_apart(self.bearing, plane, self.located.target)

    @property
    def scale_within(self) -> float:
        """What the scale is hardly ever further off than, as a share of it."""
        return self.bearing.reach * self.scale_share

    def scale_chance(self, share: float) -> float:
        """How likely the scale is further off than `share` of it."""
        return chance_beyond(share / max(self.scale_share, 1e-9), self.bearing.free)

    @property
    def heading_within_deg(self) -> float:
        """The same of the heading."""
        return float(np.degrees(self.bearing.reach * self.bearing.scale_share))

    @property
    def knows_altitude(self) -> bool:
        """Any photo says how high above the sea it was."""
        return bool(np.isfinite(self.located.enu_m[self.bearing.used, 2]).any())


def locate(
    poses: Poses, gps: GpsPositions, photos: Mapping[str, TaskPhoto], seed: int
) -> Located | None:
    """The photos that GPS places; None when they are too few."""
    rows = [row for row, name in enumerate(poses.names) if name in gps.by_name]
    if gps.origin is None or len(rows) < MIN_LOCATED:
        return None
    return Located(
        rows=np.array(rows),
        centres=poses.centres[rows],
        enu_m=np.array([gps.by_name[poses.names[row]] for row in rows]),
        altitudes=altitudes_of([photos[poses.names[row]] for row in rows]),
        seed=seed,
        # Anywhere within a step: the standard deviation of a uniform distribution.
        rounding_m=gps.step_m / float(np.sqrt(12)),
    )


def fit_world(located: Located, cues: list[Cue], poses: Poses, origin: Origin) -> Fit:
    """Up, scale, heading and heights that agree best with all cues and GPS."""
    rough = rough_up(poses)
    proposed = [unit(-poses.downs.mean(axis=0)), unit(-poses.forwards.mean(axis=0))]
    proposed += _by_gps_alone(located)
    reference = min((located.bearing(up) for up in [rough, *proposed]), key=lambda b: b.median_m)
    for _ in range(2):
        upright = _settle(located, cues, rough, proposed, reference)
        reference = located.bearing(upright.up)
    return _lay_out(located, upright, origin)


def _settle(
    located: Located, cues: list[Cue], rough: Points, proposed: list[Points], reference: Bearing
) -> Upright:
    """Up by all cues, with the photos whose positions `reference` found to be right."""
    used = reference.used
    count = min(int(used.sum()), INDEPENDENT)

    def bearing(up: Points) -> Bearing:
        return bearing_of(plane_of(located.centres, up), located.target, used, located.rounding_m)

    def charge(up: Points) -> float:
        return residual_charge(bearing(up).error_m, reference.error_m, count)

    def cues_of(up: Points) -> list[Cue]:
        return _gps_cues(located, up, bearing(up))

    with_heights = settle_up(cues, rough, proposed, cues_of, charge)
    if GPS_HEIGHTS not in with_heights.agreeing:
        return with_heights
    without = settle_up(
        cues,
        rough,
        proposed,
        lambda up: [cue for cue in cues_of(up) if cue.name != GPS_HEIGHTS],
        charge,
    )
    apart_deg = angle_deg(with_heights.up, without.up)
    error_deg = float(np.hypot(with_heights.error_deg, without.error_deg))
    if apart_deg < max(CONTRADICTION_DEG, CONTRADICTION_SIGMAS * error_deg):
        # What the heights change is in doubt, too.
        return replace(
            with_heights, error_deg=float(np.hypot(with_heights.error_deg, apart_deg / 2))
        )
    return replace(without, disagreeing=(*without.disagreeing, GPS_HEIGHTS))


def _by_gps_alone(located: Located) -> list[Points]:
    """Up by similarities onto GPS in space, where GPS and the flight's shape allow them."""
    known = np.isfinite(located.enu_m[:, 2])
    source, target = located.centres[known], located.enu_m[known]
    if len(source) < MIN_LOCATED:
        return []
    spread_m = float(np.median(np.linalg.norm(target - np.median(target, axis=0), axis=1)))
    found = []
    for share in RANSAC_SHARES:
        options = pycolmap.RANSACOptions()
        options.max_error = share * spread_m
        options.random_seed = located.seed
        # The stubs of 4.2.1 promise the transform itself.
        answer: Any = pycolmap.estimate_sim3d_robust(source, target, options)
        if answer is not None:
            found.append(unit(answer["tgt_from_src"].rotation.matrix().T @ UP))
    return found


def _gps_cues(located: Located, up: Points, bearing: Bearing) -> list[Cue]:
    """What GPS says about up, once the model is laid out by it: two tilts, by two ways.

    The altitudes tell of them as far as the flights reach across, the positions as far as they
    reach up (a drone before a wall).
    """
    rotation, place_m = _turned(located, up, bearing)
    cues = []
    slope = measure_slope(_used(located.altitudes, bearing), place_m)
    if slope is not None:
        cues.append(_tilt_cue(GPS_HEIGHTS, slope.gradient, slope.covariance, rotation))
    lean = measure_lean(bearing, plane_of(located.centres, up), located.target, place_m[:, 2])
    if lean is not None:
        gradient = -np.array([lean.metres.real, lean.metres.imag])
        cues.append(_tilt_cue(GPS_POSITIONS, gradient, np.eye(2) * lean.error**2, rotation))
    return [cue for cue in cues if cue is not None]


def _tilt_cue(name: str, gradient: Points, covariance: Points, rotation: Points) -> Cue | None:
    """Heights that rise by `gradient` [2] across the laid-out model, as a cue in its own frame."""
    values, vectors = np.linalg.eigh(covariance)
    if float(np.linalg.norm(gradient)) > MAX_SLOPE or values[0] > LEAST_TOLD**2:
        return None
    # Directions [v, -v . gradient] are level in truth.
    level = np.concatenate([vectors.T, -(vectors.T @ gradient)[:, None]], axis=1)
    level /= np.linalg.norm(level, axis=1, keepdims=True)
    return Cue(name, level @ rotation, np.zeros(2), np.sqrt(values), STRONG)


def _used(altitudes: Altitudes, bearing: Bearing) -> Altitudes:
    """Only of photos whose position agrees: a stale fix has a stale height."""
    kept = bearing.used[altitudes.order]
    return replace(
        altitudes,
        order=altitudes.order[kept],
        height_m=altitudes.height_m[kept],
        gap=altitudes.gap[kept],
    )


def _turned(located: Located, up: Points, bearing: Bearing) -> tuple[Points, Points]:
    """Model -> ENU rotation for an up and a bearing, and the photos' places by it, in metres."""
    angle = np.angle(bearing.turn)
    about = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    rotation = about @ rotation_between(up, UP)
    return rotation, abs(bearing.turn) * located.centres @ rotation.T


def _lay_out(located: Located, upright: Upright, origin: Origin) -> Fit:
    bearing = located.bearing(upright.up)
    rotation, place_m = _turned(located, upright.up, bearing)
    slope = measure_slope(_used(located.altitudes, bearing), place_m)
    trusted = slope is not None and GPS_HEIGHTS in upright.agreeing
    stretch, share = _scale(bearing, slope if trusted else None)
    scale = abs(bearing.turn) * stretch
    turned = scale * located.centres @ rotation.T
    used = bearing.used
    shift = np.zeros(3)
    shift[:2] = np.median((located.enu_m - turned)[used, :2], axis=0)
    if stretch == 1.0:
        shift[:2] = bearing.shift.real, bearing.shift.imag
    absolute = (located.enu_m - turned)[used, 2]
    known = np.isfinite(absolute)
    shift[2] = np.median(absolute[known]) if known.any() else -np.median(turned[:, 2])
    across = np.linalg.norm((turned + shift - located.enu_m)[:, :2], axis=1)
    high = np.zeros(len(across))
    if slope is not None and trusted:
        for row, left in slope.residuals_m.items():
            high[row] = left
    error_m = slope.error_m if slope is not None else np.inf
    wrong_height = np.abs(high) > max(WRONG_HEIGHT_SIGMAS * error_m, WRONG_HEIGHT_M)
    return Fit(
        transform=Sim3(scale, rotation, shift),
        upright=upright,
        bearing=bearing,
        slope=slope,
        scale_share=share,
        origin=origin,
        located=located,
        residuals_m=np.hypot(across, high),
        wrong_height=wrong_height,
    )


def _scale(bearing: Bearing, slope: Slope | None) -> tuple[float, float]:
    """What the heights make of the horizontal scale (a column flown before a wall), and its error.

    Both are weighed by their variances.
    """
    plane = max(bearing.scale_share, 1e-9)
    if slope is None or not 0.5 < slope.stretch < 2.0 or slope.stretch_share > 2 * plane:
        return 1.0, plane
    high = max(slope.stretch_share, 1e-9)
    weight = plane**2 / (plane**2 + high**2)
    return 1 + weight * (slope.stretch - 1), plane * high / float(np.hypot(plane, high))
