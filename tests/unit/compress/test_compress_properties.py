"""Whatever comes in: codebooks are tables that viewers can use, and a SOG decodes to its input."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.unit.compress.scenes import file_order, grid_of_cameras

from spaceport_compress.job.sog.arrays import Floats, Floats32
from spaceport_compress.job.sog.codebook import as_written, nearest, optimal_codebook
from spaceport_compress.job.sog.encode import Effort, encode
from spaceport_compress.job.sog.file import decode
from spaceport_compress.job.sog.importance import importance
from spaceport_compress.job.sog.packing import log_position, sigmoid
from spaceport_splat.gaussians import Gaussians

CAMERAS = grid_of_cameras(2)
MOST_EXACT = 256  # values: then each can have an entry, and only the histogram's bins round
BINS_BY_RANGE = 0.3 * 8192
WIDE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def finite(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, width=32)


def rows(count: int, width: int, low: float, high: float) -> st.SearchStrategy[Floats32]:
    return arrays(np.float32, (count, width), elements=finite(low, high))


@st.composite
def weighted(draw: st.DrawFn, most: int) -> tuple[Floats, Floats]:
    count = draw(st.integers(1, most))
    values = draw(arrays(np.float64, count, elements=finite(-1e6, 1e6)))
    return values, draw(arrays(np.float64, count, elements=finite(0, 1e6)))


@WIDE
@given(weighted(2000))
def test_a_codebook_is_a_sorted_table_within_its_values(given: tuple[Floats, Floats]) -> None:
    values, weights = given
    book = optimal_codebook(values, weights)
    assert book.shape == (256,)
    assert (np.diff(book) >= 0).all()
    slack = 1e-9 * (1 + np.abs(values).max())
    assert values.min() - slack <= book[0] <= book[-1] <= values.max() + slack
    assert np.allclose(as_written(book), book, rtol=1e-4)


@WIDE
@given(weighted(MOST_EXACT))
def test_few_values_have_an_entry_each(given: tuple[Floats, Floats]) -> None:
    values, weights = given
    book = optimal_codebook(values, weights)
    error = np.abs(book[nearest(values, book)] - values)
    slack = 1e-9 * (1 + np.abs(values).max())
    assert error.max() <= np.ptp(values) / BINS_BY_RANGE + slack


@st.composite
def splats(draw: st.DrawFn) -> Gaussians:
    count, coefficients = draw(st.integers(1, 30)), draw(st.sampled_from([0, 3, 8, 15]))
    quats = draw(rows(count, 4, -1, 1))
    quats[np.abs(quats).max(axis=1) < 1e-3] = [1, 0, 0, 0]
    return Gaussians(
        means=draw(rows(count, 3, -2e4, 2e4)),
        quats=quats,
        scales=draw(rows(count, 3, -12, 6)),
        opacities=draw(arrays(np.float32, count, elements=finite(-12, 12))),
        sh0=draw(rows(count, 3, -4, 4)),
        shN=draw(rows(count, 3 * coefficients, -1, 1)).reshape(count, coefficients, 3),
    )


@WIDE
@given(splats())
def test_a_sog_decodes_to_its_input(splat: Gaussians) -> None:
    decoded = decode(encode(splat, importance(splat, CAMERAS), Effort(0.0, 65536)))
    original = splat.take(file_order(splat))
    assert len(decoded) == len(original)
    assert decoded.finite().all()
    assert decoded.shN.shape == original.shN.shape

    logarithm = log_position(original.means.astype(np.float64))
    step = np.ptp(logarithm, axis=0) / 65535
    error = np.abs(log_position(decoded.means.astype(np.float64)) - logarithm)
    assert (error <= 0.51 * step + 1e-5).all()

    opacity = np.abs(sigmoid(decoded.opacities) - sigmoid(original.opacities))
    assert opacity.max() <= 1 / 255 + 1e-6
    assert_in_a_codebook(decoded.sh0, original.sh0)
    # The axes of an ellipsoid may change places.
    assert_in_a_codebook(np.sort(decoded.scales, axis=1), np.sort(original.scales, axis=1))


def assert_in_a_codebook(decoded: Floats32, original: Floats32) -> None:
    digits = 1e-4 * (1 + np.abs(original).max())  # five, as they are written
    assert np.abs(decoded - original).max() <= np.ptp(original) / BINS_BY_RANGE + digits
