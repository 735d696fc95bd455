"""How long a path takes: trapezoidal speeds, turns, climbs and wind, on the cautious side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ACCELERATION_MPS2 = 2.0
SIDEWAYS_MPS2 = 2.0
CLIMB_MPS = 4.0
SINK_MPS = 3.0
YAW_DEG_PER_S = 60.0
STOP_ABOVE_DEG = 30.0
TURN_S = 1.0
GIMBAL_S = 1.5
START_AND_LANDING_S = 25.0


@dataclass(frozen=True)
class Pace:
    """What the drone can do against the wind, from whichever side it may come."""

    cruise_mps: float

    def home_s(self, way_m: Floats, z_m: Floats, return_z_m: float) -> Floats:
        """From a height above the take-off: up to the height of return, home, and down."""
        up_s = np.maximum(return_z_m - z_m, 0) / CLIMB_MPS
        level_s = way_m / self.cruise_mps + self.cruise_mps / ACCELERATION_MPS2
        return up_s + level_s + np.maximum(return_z_m, z_m) / SINK_MPS


def leg_times_s(xy: Floats, z_m: Floats, speed_mps: Floats, stop: NDArray[np.bool_]) -> Floats:
    """Seconds for every leg of a path (n, 2) -> (n - 1,).

    speed_mps (n - 1,) is the wanted ground speed of each leg; the drone stands still at both ends,
    where `stop` says so and at every bend above 30 degrees, and at lesser bends is as slow as its
    sideways acceleration asks.
    """
    flat = np.hypot(*np.diff(xy, axis=0).T)
    rise = np.diff(z_m)
    vertical_s = np.where(rise > 0, rise / CLIMB_MPS, -rise / SINK_MPS)
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = np.where(vertical_s > 0, np.minimum(speed_mps, flat / vertical_s), speed_mps)
    limit = np.maximum(limit, 0.05)
    at = _vertex_speeds(xy, flat, limit, stop)
    at = _reachable(at, flat)
    seconds = _trapezoid_s(flat, at[:-1], at[1:], limit)
    turns = np.where(_bends_deg(xy, flat)[1:] > STOP_ABOVE_DEG, TURN_S, 0.0)
    return np.maximum(seconds, vertical_s) + turns


def _bends_deg(xy: Floats, flat: Floats) -> Floats:
    """The change of direction at every vertex; none at the ends and where a leg has no length."""
    step = np.diff(xy, axis=0)
    course = np.arctan2(step[:, 0], step[:, 1])
    turn = np.abs((np.diff(course) + np.pi) % (2 * np.pi) - np.pi)
    turn[(flat[1:] < 1e-6) | (flat[:-1] < 1e-6)] = 0
    return np.degrees(np.concatenate(([0.0], turn, [0.0])))


def _vertex_speeds(xy: Floats, flat: Floats, limit: Floats, stop: NDArray[np.bool_]) -> Floats:
    bend = _bends_deg(xy, flat)
    at = np.empty(len(xy))
    at[0] = at[-1] = 0
    at[1:-1] = np.minimum(limit[:-1], limit[1:])
    shorter = np.full(len(xy), np.inf)
    shorter[1:-1] = np.minimum(flat[:-1], flat[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = shorter / np.radians(bend)
    at = np.minimum(
        at, np.sqrt(SIDEWAYS_MPS2 * radius, where=bend > 0.1, out=np.full(len(at), np.inf))
    )
    at[(bend > STOP_ABOVE_DEG) | stop] = 0
    standing = np.flatnonzero(flat < 1e-6)
    at[standing] = at[standing + 1] = 0
    return at


def _reachable(at: Floats, flat: Floats) -> Floats:
    """Speeds that the acceleration allows: v1^2 <= v0^2 + 2 a s, forwards and backwards."""
    squares = at**2
    reach = np.concatenate(([0.0], np.cumsum(2 * ACCELERATION_MPS2 * flat)))
    squares = np.minimum.accumulate(squares - reach) + reach
    squares = (np.minimum.accumulate((squares + reach)[::-1]))[::-1] - reach
    return np.sqrt(np.maximum(squares, 0))


def _trapezoid_s(flat: Floats, start: Floats, end: Floats, top: Floats) -> Floats:
    """Accelerate, hold, brake; where the leg is too short to reach its top speed, the peak."""
    a = ACCELERATION_MPS2
    peak = np.minimum(np.sqrt(np.maximum((2 * a * flat + start**2 + end**2) / 2, 0)), top)
    peak = np.maximum(peak, np.maximum(start, end))
    ramp_s = (2 * peak - start - end) / a
    ramp_m = (2 * peak**2 - start**2 - end**2) / (2 * a)
    hold_s = np.maximum(flat - ramp_m, 0) / np.maximum(peak, 1e-9)
    return ramp_s + hold_s
