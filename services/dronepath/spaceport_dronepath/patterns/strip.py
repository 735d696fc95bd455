"""A strip: photos taken one after the other along one path."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Kind(StrEnum):
    """LINE triggers by distance on straight legs, ARC at every vertex, SPOT at one place."""

    LINE = "line"
    ARC = "arc"
    SPOT = "spot"


@dataclass(frozen=True)
class Strip:
    """A path (m, 2) with the height above ground at each vertex, and photos along it.

    photo_s_m are distances along the path; heading and pitch belong to the photos. The first and
    the last photo are the path's ends.
    """

    kind: Kind
    path: Floats
    agl_m: Floats
    photo_s_m: Floats
    heading_deg: Floats
    pitch_deg: Floats
    speed_mps: float
    spacing_m: float = 0.0
    nadir_start: bool = False
    follows_course: bool = False
    group: int = 0

    @cached_property
    def vertex_s_m(self) -> Floats:
        """Distance along the path of every vertex."""
        return along(self.path)

    @property
    def photos(self) -> int:
        """How many photos it takes."""
        return len(self.photo_s_m) + int(self.nadir_start)

    @cached_property
    def photo_xy(self) -> Floats:
        """Where the photos are taken (n, 2)."""
        return at(self.path, self.vertex_s_m, self.photo_s_m)

    def reversed(self) -> Self:
        """Flown from the other end."""
        turn = 180.0 if self.follows_course else 0.0
        length_m = self.vertex_s_m[-1]
        return replace(
            self,
            path=self.path[::-1],
            agl_m=self.agl_m[::-1],
            photo_s_m=length_m - self.photo_s_m[::-1],
            heading_deg=(self.heading_deg[::-1] + turn) % 360,
            pitch_deg=self.pitch_deg[::-1],
        )

    def part(self, first: int, last: int) -> Self:
        """Only the photos first..last (both included)."""
        n = len(self.photo_s_m)
        if (first, last) == (0, n - 1):
            return self
        start_m, end_m = self.photo_s_m[first], self.photo_s_m[last]
        s = self.vertex_s_m
        inner = s[(s > start_m + 1e-9) & (s < end_m - 1e-9)]
        keep = np.concatenate(([start_m], inner, [end_m] if last > first else []))
        return replace(
            self,
            kind=self.kind if last > first else Kind.SPOT,
            path=at(self.path, s, keep),
            agl_m=np.interp(keep, s, self.agl_m) if len(s) > 1 else self.agl_m,
            photo_s_m=self.photo_s_m[first : last + 1] - start_m,
            heading_deg=self.heading_deg[first : last + 1],
            pitch_deg=self.pitch_deg[first : last + 1],
        )


def along(path: Floats) -> Floats:
    """Distance along a path (m, 2) of each of its vertices (m,)."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    return np.concatenate(([0.0], np.cumsum(steps)))


def at(path: Floats, vertex_s_m: Floats, s_m: Floats) -> Floats:
    """The places (n, 2) at distances along a path."""
    if len(path) == 1:
        return np.repeat(path, len(s_m), axis=0)
    return np.column_stack([np.interp(s_m, vertex_s_m, path[:, k]) for k in (0, 1)])


def spot(xy: Floats, agl_m: float, heading_deg: float, pitch_deg: float, group: int = 0) -> Strip:
    """One photo at one place."""
    return Strip(
        kind=Kind.SPOT,
        path=np.asarray(xy, np.float64).reshape(1, 2),
        agl_m=np.array([agl_m]),
        photo_s_m=np.zeros(1),
        heading_deg=np.array([heading_deg % 360]),
        pitch_deg=np.array([pitch_deg]),
        speed_mps=1.0,
        group=group,
    )
