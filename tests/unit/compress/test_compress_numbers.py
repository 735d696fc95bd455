"""The numerical parts by themselves: codebooks, choice of texels, k-means, importance."""

import itertools

import numpy as np
import pytest
from tests.unit.compress.scenes import field, grid_of_cameras

from spaceport_compress.job.options import CompressOptions, efforts
from spaceport_compress.job.pictures.views import UP_ENU, look_at, pinhole
from spaceport_compress.job.sog.codebook import as_written, nearest, optimal_codebook
from spaceport_compress.job.sog.encode import encode
from spaceport_compress.job.sog.file import decode
from spaceport_compress.job.sog.importance import importance
from spaceport_compress.job.sog.kmeans import Index, assign, kmeans, padded, tree_kmeans
from spaceport_compress.job.sog.order import neighbour_distance
from spaceport_compress.job.sog.palette import build_palette
from spaceport_compress.job.sog.texels import Channels, choose, choose_steps, entropy_bits
from spaceport_splat.gaussians import Gaussians, concatenate
from spaceport_splat.quality import psnr_db
from spaceport_splat.rasterise import render

RANDOM = np.random.default_rng(7)


def test_a_codebook_is_optimal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaceport_compress.job.sog.codebook.ENTRIES", 3)
    values, weights = np.sort(RANDOM.normal(0, 1, 9)), RANDOM.uniform(0.1, 1, 9)
    found = optimal_codebook(values, weights)[:3]
    cost = float((weights * np.min((values[:, None] - found) ** 2, axis=1)).sum())
    best = np.inf
    for first, second in itertools.combinations(range(1, 9), 2):
        parts = (slice(0, first), slice(first, second), slice(second, 9))
        means = [np.average(values[part], weights=weights[part]) for part in parts]
        squared = [
            (weights[part] * (values[part] - mean) ** 2).sum()
            for part, mean in zip(parts, means, strict=True)
        ]
        best = min(best, float(sum(squared)))
    assert cost == pytest.approx(best, rel=1e-4)


def test_a_codebook_has_256_sorted_finite_numbers_of_any_input() -> None:
    for values in (np.zeros(5), np.array([3.0]), RANDOM.normal(0, 1, 5000), np.full(9, 1e-30)):
        book = optimal_codebook(values, np.ones(len(values)))
        assert book.shape == (256,)
        assert np.isfinite(book).all()
        assert (np.diff(book) >= 0).all()
        assert np.allclose(as_written(book), book, rtol=1e-4)


def test_a_rare_value_keeps_an_entry_of_its_own() -> None:
    values = np.r_[RANDOM.normal(0, 1, 100_000), 40.0]
    book = optimal_codebook(values, np.ones(len(values)))
    assert abs(book[nearest(np.array([40.0]), book)[0]] - 40.0) < 0.5


@pytest.mark.parametrize("subtract_green", [False, True])
def test_a_chosen_texel_is_the_cheapest_of_all(subtract_green: bool) -> None:
    values, weights = RANDOM.uniform(0, 255, (400, 3)), RANDOM.uniform(0.1, 2, (400, 3))
    book, price = np.arange(256.0), 3.0
    channels = Channels(values, weights, subtract_green)
    codes, _ = choose(channels, book, price, adapt=False)
    plain, _ = choose(channels, book, 0.0, adapt=False)
    assert (plain == np.rint(values)).all()

    def cost(trial: "np.typing.NDArray[np.int64]") -> float:
        shown = trial.copy()
        if subtract_green:
            shown[:, [0, 2]] = (trial[:, [0, 2]] - trial[:, [1]]) & 255
        bits = sum(float(entropy_bits(column)[column].sum()) for column in shown.T)
        return float((weights * (values - book[trial]) ** 2).sum()) + price * bits

    assert cost(codes) < cost(plain)


def test_steps_stay_near_and_get_cheaper() -> None:
    steps, weights = RANDOM.uniform(0, 65535, (3000, 3)), np.full((3000, 3), 1.0)
    free = np.zeros_like(steps)
    chosen = choose_steps(steps, weights, free, 50.0)
    assert np.abs(chosen - steps).max() <= 129
    low = entropy_bits((chosen & 255).ravel())[chosen & 255].mean()
    assert low < 7.5
    assert (choose_steps(steps, weights, free, 0.0) == np.rint(steps)).all()
    ordered = choose_steps(steps, weights, free + 20.0, 50.0)
    assert np.abs(ordered - steps).mean() < 0.5 * np.abs(chosen - steps).mean()


def test_kmeans_finds_clusters_and_uses_every_centroid() -> None:
    centres = RANDOM.normal(0, 10, (8, 5))
    points = padded((centres.repeat(50, 0) + RANDOM.normal(0, 0.1, (400, 5))).astype(np.float32))
    weights = np.ones(400, np.float32)
    centroids = kmeans(points, weights, 16, 10, seed=1)
    labels, squared = assign(points, centroids)
    assert len(np.unique(labels)) == 16
    assert squared.mean() < 5 * 0.2**2 * 5


def test_a_tree_of_kmeans_is_as_good_as_flat_kmeans() -> None:
    points = padded(field(4000, 8).shN.reshape(4000, -1))
    weights = np.ones(4000, np.float32)
    tree = tree_kmeans(points, weights, 400, seed=1)
    flat = kmeans(points, weights, 400, 6, seed=1)
    assert len(tree) <= 400
    assert assign(points, tree)[1].mean() < 1.1 * assign(points, flat)[1].mean()


def test_more_entries_than_points_keeps_the_points() -> None:
    points = padded(RANDOM.normal(0, 1, (10, 9)).astype(np.float32))
    assert (tree_kmeans(points, np.ones(10, np.float32), 64, seed=1) == points).all()


def test_the_index_finds_nearly_always_the_nearest() -> None:
    entries = padded(RANDOM.normal(0, 1, (2000, 9)).astype(np.float32))
    points = padded(entries[:500, :9] + RANDOM.normal(0, 0.05, (500, 9)).astype(np.float32))
    found, squared = Index.build(entries, seed=1).search(points, 12)
    exact, _ = assign(points, entries)
    assert (found[:, 0] == exact).mean() > 0.97
    assert (np.diff(squared, axis=1) >= 0).all()
    assert (found >= 0).all()


def sky(count: int = 60) -> Gaussians:
    """A dome of huge Gaussians 3 km away: few, and half of a level view."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    height = np.tile([200.0, 900.0, 1800.0], count // 3)
    positions = np.stack([3000 * np.cos(angle), 3000 * np.sin(angle), height], 1)
    blue = np.stack([np.sin(angle), 0.5 + 0 * angle, np.full(count, 1.9)], 1)
    return Gaussians(
        positions.astype(np.float32),
        np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)),
        np.full((count, 3), np.log(400), np.float32),
        np.full(count, 4, np.float32),
        blue.astype(np.float32),
        np.zeros((count, 0, 3), np.float32),
    )


def test_a_sky_of_few_gaussians_survives_in_a_whole_scene() -> None:
    """What a crop does not show: codebooks from a sample and clipped importance ruin the sky."""
    scene = concatenate([field(20_000), sky()])
    seen = importance(scene, grid_of_cameras())
    decoded = decode(encode(scene, seen, efforts(CompressOptions(), seen, 0)[0]))
    level = look_at(np.array([0.0, -30.0, 8.0]), np.array([0.0, 100.0, 30.0]), UP_ENU)
    camera = pinhole("level", level, 65, 320, 180)
    before, after = (np.clip(render(splat, camera)[0], 0, 1) for splat in (scene, decoded))
    assert before[:60].mean() > 0.2  # the sky is there
    assert psnr_db(after, before) > 42


def test_cameras_that_look_down_say_so() -> None:
    looking = importance(field(100), grid_of_cameras()).looking
    assert looking[2] > 0.9
    assert (looking >= 0.3).all()
    assert (looking <= 1).all()


def test_distance_to_neighbours_is_per_axis() -> None:
    line = np.zeros((100, 3), np.float32)
    line[:, 0] = np.arange(100)
    distance = neighbour_distance(line)
    assert distance[50] == pytest.approx([4.5, 0, 0])
    assert neighbour_distance(line[:1]).tolist() == [[0, 0, 0]]


def test_a_palette_for_everybody_counts_upwards() -> None:
    harmonics = field(300, 8).shN
    palette = build_palette(harmonics, np.ones(300), 0.0, 65536, seed=1)
    assert (palette.labels == np.arange(300)).all()
    entries = palette.codebook[palette.texels].reshape(-1, 8, 3)[:300]
    assert np.abs(entries - harmonics).max() < 0.01


def test_importance_grows_with_opacity_and_size_and_is_bounded() -> None:
    splat = field(1000)
    weight = importance(splat, grid_of_cameras()).weight
    assert (weight > 0).all()
    assert weight.max() <= 0.5 + 1e-6
    larger = Gaussians(
        splat.means, splat.quats, splat.scales + np.float32(1), splat.opacities, splat.sh0,
        splat.shN,
    )  # fmt: skip
    assert (importance(larger, grid_of_cameras()).weight > weight).all()
