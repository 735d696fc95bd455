"""Where the first Gaussians lie, and how they are moved and multiplied."""

import numpy as np
import pytest
from tests.unit.train import posed

from spaceport_splat.gaussians import opacity
from spaceport_splat.rasterise import render
from spaceport_train.job.cpu.densify import densify, relocated
from spaceport_train.job.cpu.optimiser import SparseAdam
from spaceport_train.job.engine import FAINT
from spaceport_train.job.scene.scene import Scene, read_scene
from spaceport_train.job.scene.seeding import Seed, _interpolate, first_gaussians, seeded_points


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return read_scene(posed.write_scene(tmp_path_factory.mktemp("scene")), 800)


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_seeded_points_lie_on_the_surface_in_its_colour(scene: Scene) -> None:
    points = seeded_points(scene, 400, rng())
    assert points.xyz.shape == (400, 3)
    surface = 0.3 * np.sin(points.xyz[:, 0]) * np.cos(points.xyz[:, 1])
    assert np.median(np.abs(points.xyz[:, 2] - surface)) < 0.05
    assert 0 <= points.rgb.min() <= points.rgb.max() <= 1


@pytest.mark.parametrize("count", [50, 192, 500])
def test_the_count_is_met_from_below_and_above(scene: Scene, count: int) -> None:
    gaussians = first_gaussians(scene, count, 3, rng(), Seed())
    assert len(gaussians) == count
    assert gaussians.finite().all()
    assert opacity(gaussians) == pytest.approx(0.2, abs=1e-6)


def test_points_on_a_line_need_no_triangulation() -> None:
    at = np.stack([np.arange(6.0), np.arange(6.0)], axis=1)
    values = _interpolate(at, np.full(6, 0.25), np.array([[2.0, 2.5], [50.0, 0.0]]))
    assert values == pytest.approx(0.25)


def test_points_on_one_spot_stay_finite(scene: Scene) -> None:
    scene.points.xyz[:20] = scene.points.xyz[0]
    assert first_gaussians(scene, 192, 0, rng(), Seed()).finite().all()


def test_copies_look_like_the_one_they_came_from() -> None:
    one = posed.floor(side=1)
    one.means[:] = 0
    camera = posed.cameras(3)[1]
    before, _ = render(one, camera)
    opacities, scales = relocated(opacity(one), np.exp(one.scales.astype(float)), np.array([3]))
    three = one.take(np.zeros(3, np.intp))
    three.opacities[:] = np.log(opacities / (1 - opacities))
    three.scales[:] = np.log(scales)
    after, _ = render(three, camera)
    naive, _ = render(one.take(np.zeros(3, np.intp)), camera)
    assert np.abs(after - before).max() < np.abs(naive - before).max() / 4


def test_dead_gaussians_move_to_visible_ones_and_momentum_is_dropped() -> None:
    gaussians = posed.floor()
    gaussians.opacities[:40] = -9
    gaussians.means[:40] += 100
    adam = SparseAdam(gaussians, threads=1)
    adam.moments[0].means[:] = 1
    grown = densify(gaussians, adam, most=10_000, rng=rng())
    assert len(grown) == int(576 * 1.05) == len(adam.moments[1])
    assert np.abs(grown.means).max() < 6
    assert (opacity(grown) >= FAINT - 1e-7).all()
    assert (adam.moments[0].means[:40] == 0).all()
    assert (adam.moments[0].means[576:] == 0).all()


def test_growth_stops_at_the_limit_and_nothing_visible_is_left_alone() -> None:
    gaussians = posed.floor()
    assert len(densify(gaussians, SparseAdam(gaussians, 1), most=580, rng=rng())) == 580
    assert len(densify(gaussians, SparseAdam(gaussians, 1), most=100, rng=rng())) == 576
    gaussians.opacities[:] = -20
    assert densify(gaussians, SparseAdam(gaussians, 1), most=1000, rng=rng()) is gaussians
