"""Value noise from integer hashes: every texture of the village comes out of these kernels."""

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
Colour = tuple[float, float, float]


def kernel(function: Function) -> Function:
    """Compile with numba; cached on disk and free of the GIL, so that photos render in threads.

    numba's cache looks at the function's own file only: after changing a kernel that another
    file calls, delete the `__pycache__` folder.
    """
    return cast(
        "Function", numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")(function)
    )


def typed_kernel(signature: str) -> Callable[[Function], Function]:
    """`kernel` for that one signature only.

    Without it numba compiles a copy for every constant that is passed as a seed, which took more
    time than drawing the photos.
    """

    def compiled(function: Function) -> Function:
        return cast(
            "Function",
            numba.njit(signature, cache=True, nogil=True, fastmath=True, error_model="numpy")(
                function
            ),
        )

    return compiled


def srgb(code: int) -> Colour:
    """Linear RGB of a 0xRRGGBB colour; gamma is 2.0 throughout, a square root is cheap."""
    red, green, blue = code >> 16 & 255, code >> 8 & 255, code & 255
    return (red / 255) ** 2, (green / 255) ** 2, (blue / 255) ** 2


@typed_kernel("f8(i8, i8, i8)")
def hash_unit(ix: int, iy: int, iz: int) -> float:
    """A number in [0, 1) that looks random, from three integers."""
    h = (ix * 374761393 + iy * 668265263 + iz * 2147483647 + 1013904223) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    h = ((h ^ (h >> 15)) * 2246822519) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFFFF) / 16777216.0


@typed_kernel("f8(f8, f8, i8)")
def noise2(x: float, y: float, seed: int) -> float:
    """Smooth value noise of the plane in [0, 1); one lattice cell per unit."""
    fx, fy = math.floor(x), math.floor(y)
    ix, iy = int(fx), int(fy)
    u, v = x - fx, y - fy
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    low = hash_unit(ix, iy, seed) * (1 - u) + hash_unit(ix + 1, iy, seed) * u
    high = hash_unit(ix, iy + 1, seed) * (1 - u) + hash_unit(ix + 1, iy + 1, seed) * u
    return low * (1 - v) + high * v


@typed_kernel("f8(f8, f8, f8, i8)")
def noise3(x: float, y: float, z: float, seed: int) -> float:
    """Smooth value noise of space in [0, 1)."""
    fz = math.floor(z)
    iz = int(fz)
    w = z - fz
    w = w * w * (3 - 2 * w)
    return noise2(x, y, seed + iz * 57) * (1 - w) + noise2(x, y, seed + iz * 57 + 57) * w


@typed_kernel("f8(f8, f8, i8, i8)")
def fractal2(x: float, y: float, octaves: int, seed: int) -> float:
    """Octaves of `noise2`, each of half the size and 0.55 of the strength; in [0, 1)."""
    total, weight, strength = 0.0, 0.0, 1.0
    for octave in range(octaves):
        total += strength * noise2(x, y, seed + 101 * octave)
        weight += strength
        strength *= 0.55
        # Turned a little, so that the lattices of the octaves do not line up.
        x, y = 1.6 * x + 1.2 * y + 7.3, 1.6 * y - 1.2 * x + 3.1
    return total / weight


@kernel
def smoothstep(low: float, high: float, value: float) -> float:
    """0 below `low`, 1 above `high`, smooth between."""
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3 - 2 * t)


@kernel
def mix(a: Colour, b: Colour, t: float) -> Colour:
    """`a` at t = 0, `b` at t = 1."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t


@kernel
def scale(a: Colour, factor: float) -> Colour:
    """The colour, brighter or darker."""
    return a[0] * factor, a[1] * factor, a[2] * factor
