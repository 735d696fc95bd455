"""What the photos themselves say about which way is up, each with how far it can be trusted.

A cue is a set of linear equations `rows @ up = values` in the model's frame, one standard error for
each. None of them needs GPS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.sim3 import unit
from spaceport_sfm.job.placing.sure import MANY, reach
from spaceport_sfm.job.task import TaskPhoto

# Standard errors of the kinds, in radians: a gimbal is calibrated to about a degree; pilots fly
# level, and people walk on floors, to a few degrees; ground slopes more than that.
GIMBAL_ERROR = np.radians(1.0)
AXES_ERROR = np.radians(0.7)
HAND_ERROR = np.radians(1.0)
LEVEL_ERROR = np.radians(0.3)
HELD_ERROR = np.radians(1.5)
FLIGHT_ERROR = np.radians(4.0)
VIEW_ERROR = np.radians(3.0)
GROUND_ERROR = np.radians(6.0)
UPRIGHT_ERROR = np.radians(12.0)
# The largest sum of squares that a cue is charged when it is wrong: how much it takes to outvote.
STRONG, MIDDLE, WEAK = 25.0, 9.0, 4.0

GIMBALS, FEWEST_GIMBALS = "the gimbal angles", 3
MAX_GIMBAL_SPREAD = np.radians(10.0)
# Nobody looks up as steeply in all photos: such a drone counts down as positive.
HIGHEST_LOOK = np.radians(35.0)
# Pitch and roll of 0.0 in every photo: level, or not known.
ZEROS_ERROR = np.radians(10.0)
MAX_VIEW_SPREAD = np.radians(12.0)
MAX_VIEW_TURN, TURNED_SHARE = np.radians(20.0), 0.15
STRAIGHT_DOWN, SUPPOSED_DOWN = "the view straight down", "the view, supposed to be straight down"
LEVEL_FLIGHT, GROUND_PLANE = "the level flight", "the ground's plane"
# What is known of most captures, and not of this one.
SUPPOSITIONS = (SUPPOSED_DOWN, LEVEL_FLIGHT, GROUND_PLANE)
LINE, FLAT = 0.1, 0.2
PLANE_SHARE = 0.6
PLANE_THICKNESS = 0.05
PLANE_SAMPLES = 200
ROUNDS = 10


@dataclass(frozen=True)
class Cue:
    """One thing that says where up is."""

    name: str
    rows: Points
    """[K, 3], unit vectors."""
    values: Points
    """[K]: their product with up."""
    errors: Points
    """[K]: standard error of each product."""
    most: float
    """The most that it is charged for disagreeing."""

    def chi2(self, up: Points) -> float:
        """Sum of squares of what `up` [3] leaves over, in standard errors."""
        return float((((self.rows @ up - self.values) / self.errors) ** 2).sum())

    @property
    def information(self) -> Points:
        """[3, 3]."""
        return np.asarray(self.rows.T @ (self.rows / self.errors[:, None] ** 2))

    @property
    def pull(self) -> Points:
        """[3]: the right-hand side that goes with the information."""
        return np.asarray(self.rows.T @ (self.values / self.errors**2))


def photo_cues(poses: Poses, points: Points, photos: Mapping[str, TaskPhoto]) -> list[Cue]:
    """Every cue that these photos give.

    Args:
        points: [M, 3] sparse points.
        photos: what is known of each photo, by the names of `poses`.
    """
    by_drone = is_by_drone(poses, photos)
    ground = _ground(points)
    view = _view(poses, by_drone, ground)
    down = view is not None and view.name in (STRAIGHT_DOWN, SUPPOSED_DOWN)
    found = [
        _gimbals(poses, photos),
        _level_axes(poses, by_drone),
        _flight(poses.centres),
        view,
        # People on foot look at walls; what they see most of need not be level.
        ground if by_drone or down else None,
    ]
    return [cue for cue in found if cue is not None]


def rough_up(poses: Poses) -> Points:
    """Photos look down or stand upright: right to the hemisphere, and not more."""
    return unit(-(2 * poses.downs + poses.forwards).mean(axis=0))


def _vector_cue(name: str, up: Points, error: float, most: float) -> Cue:
    return Cue(name, np.eye(3), up, np.full(3, error), most)


def _gimbals(poses: Poses, photos: Mapping[str, TaskPhoto]) -> Cue | None:
    """Pitch and roll of the gimbal, read back through each photo's rotation."""
    rows = [
        row
        for row, name in enumerate(poses.names)
        if photos[name].gimbal_pitch_deg is not None and not photos[name].rotated
    ]
    told = [photos[poses.names[row]] for row in rows]
    angles = np.array([[p.gimbal_pitch_deg, p.gimbal_roll_deg or 0.0] for p in told])
    # Some writers fill in zeros for what they do not know.
    if len(rows) < FEWEST_GIMBALS or not (angles.any() or any(p.gimbal_yaw_deg for p in told)):
        return None
    rotations = poses.rotations[rows]
    mean, spread = _up_by(angles, rotations)
    mirrored, mirrored_spread = _up_by(angles * [-1.0, 1.0], rotations)
    pitch = float(np.radians(np.median(angles[:, 0])))
    if pitch > HIGHEST_LOOK or (mirrored_spread < MAX_GIMBAL_SPREAD < spread):
        mean, spread, pitch = mirrored, mirrored_spread, -pitch
    if spread > MAX_GIMBAL_SPREAD:
        return None
    error = float(np.hypot(GIMBAL_ERROR, spread / np.sqrt(len(rows))))
    if not angles.any():
        return _vector_cue(GIMBALS, mean, ZEROS_ERROR, MIDDLE)
    # A drone that looks up may as well look down and write the other sign: twice the pitch off.
    return _vector_cue(GIMBALS, mean, error + max(0.0, 2 * pitch) / MANY, STRONG)


def _up_by(angles: Points, rotations: Points) -> tuple[Points, float]:
    """Up by pitch and roll [N, 2] (degrees), and how far the photos typically are from it."""
    ups = [turn @ up_in_camera(*angle) for turn, angle in zip(rotations, angles, strict=True)]
    return robust_direction(np.array(ups))


def up_in_camera(pitch_deg: float, roll_deg: float) -> Points:
    """Up [3] along a photo's right, down and forward, from the gimbal's angles."""
    pitch, roll = np.radians(pitch_deg), np.radians(roll_deg)
    return np.array([-np.sin(roll) * np.cos(pitch), -np.cos(roll) * np.cos(pitch), np.sin(pitch)])


def robust_direction(directions: Points) -> tuple[Points, float]:
    """Mean of unit vectors [N, 3] that ignores the few, and their typical angle to it (radians)."""
    weights = np.ones(len(directions))
    mean = unit(np.median(directions, axis=0))
    spread = np.pi
    for _ in range(ROUNDS):
        off = np.linalg.norm(directions - mean, axis=1)
        spread = max(float(np.median(off)), 1e-6)
        weights = 1 / (1 + (off / (2 * spread)) ** 2) ** 2
        mean = unit((weights[:, None] * directions).sum(axis=0))
    return mean, spread


def _level_axes(poses: Poses, by_drone: bool) -> Cue | None:
    """Gimbals and hands keep a photo's x axis level: up is square to all of them.

    What a mounting or a hand is off by in every photo alike is solved for and held to what is
    usual: flown to and fro, or all around, it cancels; where all look one way it tilts up by as
    much, and the axes fix one of the two tilts only. The eigenvalues tell.
    """
    rights, common = poses.rights, AXES_ERROR if by_drone else HAND_ERROR
    weights, noise = np.ones(len(rights)), HELD_ERROR**2
    for _ in range(ROUNDS):
        # Least squares over up and the common error, the latter eliminated.
        total, held = weights @ rights, weights.sum() + noise / common**2
        scatter = (weights[:, None] * rights).T @ rights - np.outer(total, total) / held
        values, vectors = np.linalg.eigh(scatter)
        roll = np.abs(rights @ vectors[:, 0] - total @ vectors[:, 0] / held)
        usual = max(1.5 * float(np.median(roll)), HELD_ERROR)
        weights = 1 / (1 + (roll / (2 * usual)) ** 2) ** 2
        free = max(len(rights) - 3, 1)
        noise = max(float(weights @ roll**2 / weights.sum()) * len(rights) / free, HELD_ERROR**2)
    noise *= (reach(free) / MANY) ** 2
    sampling = np.sqrt(noise / np.maximum(values[1:] - values[0], 1e-9))
    errors = np.hypot(LEVEL_ERROR, sampling)
    known = errors < UPRIGHT_ERROR
    if not known.any():
        return None
    rows = vectors[:, 1:].T[known]
    return Cue("the level cameras", rows, np.zeros(len(rows)), errors[known], STRONG)


def _flight(centres: Points) -> Cue | None:
    """Flights and walks keep a height: their plane, or their line, is level."""
    if len(centres) < 4:
        return None
    _, singular, axes = np.linalg.svd(centres - centres.mean(axis=0), full_matrices=False)
    long = singular > LINE * singular[0]
    if long[2] and singular[2] > FLAT * singular[1]:
        return None
    rows = axes[: 2 if long[1] else 1]
    return Cue(LEVEL_FLIGHT, rows, np.zeros(len(rows)), np.full(len(rows), FLIGHT_ERROR), 6.0)


def is_by_drone(poses: Poses, photos: Mapping[str, TaskPhoto]) -> bool:
    """Most of the photos were taken by a drone, as far as their metadata say."""
    return sum(photos[name].drone for name in poses.names) > len(poses.names) / 2


def _view(poses: Poses, by_drone: bool, ground: Cue | None) -> Cue | None:
    """Photos that all look one way look straight down from a drone, or stand upright in a hand.

    Flown to and fro the pictures turn by half a turn, which nobody does before a wall. Flown one
    way, a drone is supposed to look straight down, unless what it sees lies aslant before it; so
    are cameras without a maker that are spread over a plane which they all face.
    """
    view, spread = robust_direction(poses.forwards)
    if spread > MAX_VIEW_SPREAD:
        return None
    error = float(np.hypot(VIEW_ERROR, spread / np.sqrt(len(poses.names))))
    if _turn_back(poses.downs):
        return _vector_cue(STRAIGHT_DOWN, -view, error, MIDDLE)
    if by_drone and ground is not None and _is_aslant(ground, view):
        return None
    if by_drone or _face_their_plane(poses.centres, view):
        return _vector_cue(SUPPOSED_DOWN, -view, error, MIDDLE)
    return _vector_cue("upright photos", unit(-poses.downs.mean(axis=0)), UPRIGHT_ERROR, WEAK)


def _is_aslant(ground: Cue, view: Points) -> bool:
    """The plane is not looked at squarely."""
    return bool(np.linalg.norm(ground.rows @ view) > np.sin(MAX_VIEW_TURN))


def _turn_back(downs: Points) -> bool:
    """Some pictures are turned by half a turn against others; by a quarter they may just lie."""
    against = (downs @ downs.T < -np.cos(MAX_VIEW_TURN)).mean(axis=1)
    return bool((against > TURNED_SHARE).mean() > 2 * TURNED_SHARE)


def _face_their_plane(centres: Points, view: Points) -> bool:
    """Cameras as a walk never leaves them: spread both ways, across what they look along."""
    if len(centres) < 4:
        return False
    _, singular, axes = np.linalg.svd(centres - centres.mean(axis=0), full_matrices=False)
    is_spread = singular[1] > FLAT * singular[0] and singular[2] < FLAT * singular[1]
    return bool(is_spread and abs(axes[2] @ view) > np.cos(MAX_VIEW_TURN))


def _ground(points: Points) -> Cue | None:
    """Most of what a camera sees from above is ground, and level on the whole."""
    if len(points) < 50:
        return None
    inside = _plane_inliers(points)
    if inside.mean() < PLANE_SHARE:
        return None
    kept = points[inside]
    _, _, axes = np.linalg.svd(kept - kept.mean(axis=0), full_matrices=False)
    return Cue(GROUND_PLANE, axes[:2], np.zeros(2), np.full(2, GROUND_ERROR), WEAK)


def _plane_inliers(points: Points) -> NDArray[np.bool_]:
    """Points near the plane that most lie near; RANSAC over triples."""
    random = np.random.default_rng(0)
    sample = points[random.permutation(len(points))[:4000]]
    middle = np.median(sample, axis=0)
    reach = float(np.median(np.linalg.norm(sample - middle, axis=1)))
    best, normal, offset = -1, np.zeros(3), 0.0
    for _ in range(PLANE_SAMPLES):
        a, b, c = sample[random.choice(len(sample), 3, replace=False)]
        across = unit(np.cross(b - a, c - a))
        near = int((np.abs((sample - a) @ across) < PLANE_THICKNESS * reach).sum())
        if near > best:
            best, normal, offset = near, across, float(a @ across)
    return np.asarray(np.abs(points @ normal - offset) < 2 * PLANE_THICKNESS * reach)
