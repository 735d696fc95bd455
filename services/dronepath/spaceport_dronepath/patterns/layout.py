"""The pattern that was asked for, as strips."""

import math
from collections.abc import Callable

from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import Pattern
from spaceport_dronepath.geometry.camera import flattest_pitch_deg
from spaceport_dronepath.patterns.brief import Brief, Target
from spaceport_dronepath.patterns.circles import default_radius_m, multi_orbit, orbit, spiral
from spaceport_dronepath.patterns.corridor import corridor
from spaceport_dronepath.patterns.facade import facade
from spaceport_dronepath.patterns.lines import best_heading_deg, grid
from spaceport_dronepath.patterns.strip import Strip

SPLAT_PITCH_DEG = -60.0
MAX_PHOTOS = 250_000


def lay_out(brief: Brief) -> list[Strip]:
    """Every strip of the pattern, in no order yet.

    Raises FieldProblem where the request lacks what the pattern needs.
    """
    strips = _LAYOUTS[brief.request.pattern](brief)
    _refuse_too_many(sum(strip.photos for strip in strips))
    return strips


def _refuse_too_many(photos: float) -> None:
    if photos > MAX_PHOTOS:
        raise FieldProblem(
            "area",
            f"It would take about {photos:,.0f} photos; {MAX_PHOTOS:,} are allowed.",
            "Fly higher, ask for less overlap, or plan a smaller area.",
        )


def line_pitch_deg(brief: Brief) -> float:
    """The pitch of photos on lines.

    Raises FieldProblem when so flat that the ground below the start of a line stays unseen.
    """
    asked = brief.request.gimbal_pitch_deg
    default = SPLAT_PITCH_DEG if brief.request.pattern is Pattern.SPLAT else -90.0
    flattest = flattest_pitch_deg(brief.camera)
    if asked is None:
        return min(default, flattest)
    if asked > flattest:
        raise FieldProblem(
            "gimbal_pitch_deg",
            f"At {asked:g} degrees this camera leaves ground unseen between its photos.",
            f"Give {math.floor(flattest):g} or steeper; -60 serves splats well.",
        )
    return asked


def heading_deg(brief: Brief, pitch_deg: float) -> float:
    """The asked heading of the lines, or the one that is flown fastest."""
    asked = brief.request.heading_deg
    if asked == "auto":
        return best_heading_deg(brief.area, brief.spacing(pitch_deg).across_m)
    return float(asked) % 360


def _grids(brief: Brief, pitch_deg: float, turns: tuple[float, ...]) -> list[Strip]:
    spaced = brief.spacing(pitch_deg)
    _refuse_too_many(len(turns) * brief.area.area / (spaced.along_m * spaced.across_m))
    heading = heading_deg(brief, pitch_deg)
    strips: list[Strip] = []
    for group, turn in enumerate(turns):
        strips += grid(brief, pitch_deg, heading + turn, group)
    return strips


def _splat(brief: Brief) -> list[Strip]:
    """A crosshatch that looks obliquely, and orbits around what matters."""
    strips = _grids(brief, line_pitch_deg(brief), turns=(0.0, 90.0))
    target = _target(brief)
    outer_m = default_radius_m(brief, target)
    return strips + multi_orbit(brief, target, outer_m, group=2)


def _corridor(brief: Brief) -> list[Strip]:
    pitch = brief.request.gimbal_pitch_deg
    if pitch is not None and pitch > -89.5:
        raise FieldProblem(
            "gimbal_pitch_deg",
            "A corridor is photographed straight down.",
            "Leave it out, or plan a grid over the corridor's outline for oblique photos.",
        )
    width_m = brief.request.width_m
    if width_m is None or brief.line is None:
        raise FieldProblem(
            "width_m" if width_m is None else "area.type",
            "A corridor needs a LineString and its width.",
            "Give the line as the area and width_m beside it.",
        )
    return corridor(brief, width_m, -90.0)


def _facade(brief: Brief) -> list[Strip]:
    return facade(brief, facade_walls(brief), _target(brief).height_m, standoff_m(brief))


def facade_walls(brief: Brief) -> BaseGeometry:
    """The walls to photograph: the subject's outline, the line, or the area's own outline."""
    if brief.target is not None and brief.target.outline is not None:
        return brief.target.outline
    return brief.line if brief.line is not None else brief.area


def standoff_m(brief: Brief) -> float:
    """The asked distance from the walls, or the one that gives the asked GSD."""
    asked = brief.request
    if asked.standoff_m is not None:
        return asked.standoff_m
    if asked.gsd_cm is not None:
        return brief.camera.distance_m(asked.gsd_cm)
    return 15.0


def _target(brief: Brief) -> Target:
    if brief.target is None:
        raise FieldProblem(
            "subject", "There is nothing to look at.", "Give the subject's center or outline."
        )
    return brief.target


_LAYOUTS: dict[Pattern, Callable[[Brief], list[Strip]]] = {
    Pattern.GRID: lambda brief: _grids(brief, line_pitch_deg(brief), turns=(0.0,)),
    Pattern.CROSSHATCH: lambda brief: _grids(brief, line_pitch_deg(brief), turns=(0.0, 90.0)),
    Pattern.ORBIT: lambda brief: orbit(brief, _target(brief)),
    Pattern.MULTI_ORBIT: lambda brief: multi_orbit(brief, _target(brief), brief.request.radius_m),
    Pattern.SPIRAL: lambda brief: spiral(brief, _target(brief)),
    Pattern.CORRIDOR: _corridor,
    Pattern.FACADE: _facade,
    Pattern.SPLAT: _splat,
}
