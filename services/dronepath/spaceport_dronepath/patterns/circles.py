"""Flights around something: orbits, and spirals that the batteries share."""

import math

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.patterns.brief import Brief, Target
from spaceport_dronepath.patterns.strip import Kind, Strip, along

Floats = NDArray[np.float64]
WIDEST_STEP_DEG = 7.5  # further apart, walls at a slant are matched poorly
LEVELS = ((0.64, 0.27), (0.82, 0.56), (1.0, 1.0))  # radius and height of the three orbits
FACING_PITCH_DEG = (-89.0, 10.0)


def ring(brief: Brief, target: Target, radius_m: float, agl_m: float, group: int) -> list[Strip]:
    """One orbit that looks at the target; arcs outside the allowed air are left out."""
    count = _count(brief, target, radius_m)
    angle = np.arange(count + 1) * 2 * math.pi / count
    return facing(brief, target, angle, np.full(count + 1, radius_m), agl_m, group)


def facing(
    brief: Brief, target: Target, angle: Floats, radius_m: Floats, agl_m: float | Floats, group: int
) -> list[Strip]:
    """Photos at polar places around the target, each turned to it; cut where air is forbidden."""
    xy = target.center + np.column_stack((np.sin(angle), np.cos(angle))) * radius_m[:, None]
    heights = np.broadcast_to(np.asarray(agl_m, np.float64), angle.shape)
    heading = (np.degrees(angle) + 180) % 360
    pitch = np.degrees(np.arctan2(target.height_m / 2 - heights, radius_m)).clip(*FACING_PITCH_DEG)
    asked = brief.request.gimbal_pitch_deg
    if asked is not None and brief.request.pattern != "splat":
        pitch = np.full(len(angle), asked)
    return _pieces(brief, target, xy, heights, heading, pitch, group)


def _pieces(
    brief: Brief,
    target: Target,
    xy: Floats,
    agl_m: Floats,
    heading: Floats,
    pitch: Floats,
    group: int,
) -> list[Strip]:
    strips: list[Strip] = []
    taken = np.zeros(len(xy), bool)
    for region in brief.work:
        inside = region.covers(xy)
        joined = np.zeros(len(xy), bool)
        joined[:-1] = region.sees(xy[:-1], xy[1:]) & inside[:-1] & inside[1:]
        inside &= ~taken
        taken |= inside
        for first, last in stretches(inside, joined):
            some = slice(first, last + 1)
            strips.append(
                _arc(brief, target, xy[some], agl_m[some], heading[some], pitch[some], group)
            )
    return strips


def stretches(inside: NDArray[np.bool_], joined: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every stretch that can be flown without leaving the air."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for n, here in enumerate(inside):
        if not here:
            start = None
            continue
        if start is None:
            start = n
        if n + 1 == len(inside) or not joined[n] or not inside[n + 1]:
            found.append((start, n))
            start = None
    return found


def _arc(
    brief: Brief,
    target: Target,
    xy: Floats,
    agl_m: Floats,
    heading: Floats,
    pitch: Floats,
    group: int,
) -> Strip:
    s = along(xy)
    step = float(np.diff(s).min()) if len(s) > 1 else 1.0
    distance_m = max(float(np.hypot(*(xy - target.center).T).min()) - target.radius_m, 1.0)
    return Strip(
        kind=Kind.ARC if len(s) > 1 else Kind.SPOT,
        path=xy,
        agl_m=np.array(agl_m),
        photo_s_m=s,
        heading_deg=heading,
        pitch_deg=pitch,
        speed_mps=brief.speed_mps(step, distance_m),
        group=group,
    )


def _count(brief: Brief, target: Target, radius_m: float) -> int:
    """Photos in one turn: neighbours overlap as asked on the side that faces the drone."""
    facing_m = max(radius_m - target.radius_m, radius_m / 4)
    step_m = 2 * brief.camera.half_w * facing_m * (1 - brief.request.front_overlap)
    step_deg = min(math.degrees(step_m / radius_m), WIDEST_STEP_DEG)
    return max(math.ceil(360 / step_deg), 12)


def orbit(brief: Brief, target: Target) -> list[Strip]:
    """One orbit at the asked radius and height."""
    radius_m = brief.request.radius_m or default_radius_m(brief, target)
    return ring(brief, target, radius_m, brief.agl_m, 0)


def multi_orbit(
    brief: Brief, target: Target, outer_m: float | None = None, group: int = 0
) -> list[Strip]:
    """Orbits that rise as they widen; the findings' three are 35, 45, 55 m at 12, 25, 45 m."""
    outer_m = outer_m or default_radius_m(brief, target)
    count = brief.request.orbits or len(LEVELS)
    share = np.linspace(0, 1, count) if count > 1 else np.ones(1)
    radii, heights = (np.interp(share, (0, 0.5, 1), level) for level in zip(*LEVELS, strict=True))
    strips: list[Strip] = []
    for radius_share, height_share in zip(radii, heights, strict=True):
        radius_m = max(outer_m * radius_share, target.radius_m + brief.request.min_clearance_m / 4)
        agl_m = max(brief.agl_m * height_share, lowest_agl_m(brief))
        strips += ring(brief, target, radius_m, agl_m, group)
    return strips


def lowest_agl_m(brief: Brief) -> float:
    """Half a metre above the clearance, so that a rounded altitude in a file still holds it."""
    return min(brief.request.min_clearance_m + 0.5, brief.request.max_agl_m)


def default_radius_m(brief: Brief, target: Target) -> float:
    """As far as the outermost orbit of the findings: 55 m around a house that is 18 m across."""
    return max(target.radius_m + 0.85 * brief.agl_m, 20.0)


def spiral(brief: Brief, target: Target) -> list[Strip]:
    """From the middle outwards; with several batteries each flies one sector.

    In a sector the drone swings from side to side while it moves outwards, so that every battery
    sees the target from its own side and starts and ends near the middle.
    """
    sectors = brief.request.battery.count or 1
    outer_m = brief.request.radius_m or brief.reach_m or 2 * default_radius_m(brief, target)
    inner_m = min(max(target.radius_m + brief.request.min_clearance_m / 2, 10.0), outer_m / 2)
    strips: list[Strip] = []
    for sector in range(sectors):
        strips += _sector(brief, target, sector, sectors, (inner_m, outer_m))
    return strips


def _sector(
    brief: Brief, target: Target, sector: int, sectors: int, reach_m: tuple[float, float]
) -> list[Strip]:
    inner_m, outer_m = reach_m
    width = 2 * math.pi / sectors
    ring_gap_m = 2 * brief.camera.half_h * brief.agl_m * (1 - brief.request.side_overlap)
    turns = max(math.ceil((outer_m - inner_m) / max(ring_gap_m, 2.0)), 1)
    steps = max(math.ceil(_count(brief, target, outer_m) / sectors), 3)
    share = np.linspace(0, 1, turns * steps + 1)
    radius_m = inner_m + (outer_m - inner_m) * share
    swing = share * turns
    if sectors > 1:  # to and fro inside the sector, with half a step free on either side
        swing = np.abs((swing + 1) % 2 - 1) * (1 - 1 / steps) + 0.5 / steps
    angle = (sector + swing) * width
    lowest = max(lowest_agl_m(brief), brief.agl_m * LEVELS[0][1])
    heights = lowest + (max(brief.agl_m, lowest) - lowest) * share
    return facing(brief, target, angle, radius_m, heights, group=sector)
