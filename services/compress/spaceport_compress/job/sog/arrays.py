"""Array types, and loops over rows on several threads."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from spaceport_splat.kernels import default_threads, run_parallel, share

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_MIN_ROWS_PER_THREAD = 8192


def over_rows(rows: int, work: Callable[[int, int], None]) -> None:
    """Call `work(start, stop)` so that all rows are covered; same result for any thread count."""
    threads = max(1, min(default_threads(), rows // _MIN_ROWS_PER_THREAD))
    run_parallel(threads, lambda part: work(*share(rows, part, threads)))
