"""What of the CUDA engine needs no GPU: loss, state, shrinking. Its rendering is not run here."""

import numpy as np
import pytest
import torch
from tests.unit.train import posed

from spaceport_runtime.errors import UserError
from spaceport_splat.gaussians import FIELDS
from spaceport_train.job.candidates import Candidate
from spaceport_train.job.cpu.loss import PhotoLoss, Target
from spaceport_train.job.cuda.engine import CudaEngine, require_kernels
from spaceport_train.job.cuda.loss import photo_loss, ssim_kernel
from spaceport_train.job.scene.reduced import reduced
from spaceport_train.job.scene.scene import Scene, read_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return read_scene(posed.write_scene(tmp_path_factory.mktemp("scene")), 800)


def engine(scene: Scene) -> CudaEngine:
    return CudaEngine(scene, Candidate(600, 100), np.random.default_rng(1), seed=1, device="cpu")


def pretend_step(it: CudaEngine) -> None:
    """Adam steps on made-up gradients: rendering needs CUDA."""
    for name, optimiser in it._optimisers.items():
        parameter = it._params[name]
        parameter.grad = torch.randn_like(parameter)
        optimiser.param_groups[0]["lr"] = 1e-3
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)


def assert_same(a: CudaEngine, b: CudaEngine) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(a.gaussians(), name), getattr(b.gaussians(), name))


def test_the_loss_is_that_of_the_cpu() -> None:
    rng = np.random.default_rng(0)
    image, photo = (rng.random((3, 40, 50)).astype(np.float32) for _ in range(2))
    expected, _ = PhotoLoss(40, 50, 1)(image, Target(photo, 1))
    ours = photo_loss(
        torch.from_numpy(image), torch.from_numpy(photo), ssim_kernel(torch.device("cpu"))
    )
    assert ours.item() == pytest.approx(expected, abs=1e-5)


def test_a_restored_engine_goes_on_with_the_same_bits(scene: Scene) -> None:
    one, other = engine(scene), engine(scene)
    pretend_step(one)
    other.restore({name: array.copy() for name, array in one.state().items()})
    torch.manual_seed(5)
    pretend_step(one)
    torch.manual_seed(5)
    pretend_step(other)
    assert_same(one, other)
    assert one.state().keys() == other.state().keys()


def test_shrinking_keeps_the_most_opaque_and_their_moments(scene: Scene) -> None:
    it = engine(scene)
    pretend_step(it)
    it.shrink()
    assert len(it.gaussians()) == 300
    assert it.state()["exp_avg_means"].shape == (300, 3)
    it.shrink()
    assert len(it.gaussians()) == 150
    pretend_step(it)


def test_photos_are_reduced_as_on_the_cpu(scene: Scene) -> None:
    ours = engine(scene)._photo(0, 2).numpy()
    np.testing.assert_allclose(ours, reduced(scene.photos[0], 2), atol=1e-6)


def test_missing_kernels_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="kernels of gsplat"):
        require_kernels()
