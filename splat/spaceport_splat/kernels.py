"""What every numba kernel of the splat package shares: compile options, constants, threads.

Kernels are compiled at first use, once per argument types, and cached in `NUMBA_CACHE_DIR` (or
beside the source). They release the GIL and take their own share of the work as arguments, so
that plain Python threads run them in parallel: that compiles several times faster than numba's
`prange`, needs no threading layer, and gives the same bits for the same number of threads.

Numba does not see changes in functions that a cached kernel inlines from another file: after an
edit of `harmonics.py` or of this file, delete the cache.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Function = TypeVar("Function", bound=Callable[..., Any])
Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

F = np.float32
U = np.uint64
# A Python literal is float64 and would widen a whole inner loop: hence the typed constants.
ZERO: Any = F(0)
ONE: Any = F(1)
TWO: Any = F(2)
HALF: Any = F(0.5)

TILE_PX = 16
TILE_PIXELS = TILE_PX * TILE_PX
ALPHA_STEPS: Any = F(255)
ALPHA_MIN: Any = F(1 / 255)
ALPHA_MAX: Any = F(0.999)
TRANSMITTANCE_MIN: Any = F(1e-4)
BLUR_PX2: Any = F(0.3)  # added to the screen covariance: a splat never falls between pixels
NEAR_M: Any = F(0.01)
FRUSTUM_MARGIN = 0.15  # of the width: how far outside the image the Jacobian still follows

# Columns of a projected Gaussian, `float32[M, 12]`.
COLUMNS = ("x", "y", "conic_a", "conic_b", "conic_c", "opacity", "red", "green", "blue")
PACKED = len(COLUMNS) + 3  # and: half width, half height of the visible box (px), depth (m)

# Not plain True: that also lets LLVM drop tests for NaN, and a diverged model has to be noticed.
_OPTIONS: dict[str, Any] = {
    "fastmath": {"contract", "reassoc", "arcp", "nsz", "afn"},
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
    "nogil": True,
}


def kernel(function: Function) -> Function:
    """Compile a kernel with the options that all of them share."""
    return cast("Function", numba.njit(**_OPTIONS)(function))


def inlined(function: Function) -> Function:
    """Compile a helper that is inlined before LLVM sees it, as vectorised loops need."""
    return cast("Function", numba.njit(inline="always", **_OPTIONS)(function))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="splat")


def default_threads() -> int:
    """The number of threads to use: `NUMBA_NUM_THREADS`, or the CPUs that this process may use."""
    wanted = os.environ.get("NUMBA_NUM_THREADS")
    return int(wanted) if wanted else len(os.sched_getaffinity(0))


def run_parallel(threads: int, function: Callable[[int], None]) -> None:
    """Run `function(0) ... function(threads - 1)` at once and wait; raises what they raise."""
    if threads == 1:
        function(0)
        return
    waiting = [_pool(threads - 1).submit(function, part) for part in range(1, threads)]
    function(0)
    for future in waiting:
        future.result()


def share(count: int, part: int, threads: int) -> tuple[int, int]:
    """The half-open range of `count` items that falls to `part` of `threads`."""
    return count * part // threads, count * (part + 1) // threads
