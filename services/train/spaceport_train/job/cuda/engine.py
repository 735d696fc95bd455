"""Training on an NVIDIA GPU: gsplat's rasteriser with the MCMC strategy.

**Not run yet**: written against the source and documentation of gsplat 1.5.3 and torch 2 on a
machine without a GPU. What needs no GPU (parameters, optimisers, state, loss) is tested there.

Needs gsplat built for the torch at hand (services/train/Dockerfile): the plain wheel compiles at
first use and needs nvcc. gsplat drops the Gaussian that takes a pixel's transmittance below 1e-4,
our CPU rasteriser blends it: near-opaque pixels differ by up to 1e-2.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter, ParameterDict
from torch.nn.functional import avg_pool2d

from spaceport_runtime.errors import UserError
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import FIELDS, Gaussians
from spaceport_splat.kernels import Floats
from spaceport_train.job.candidates import Candidate
from spaceport_train.job.cuda.loss import photo_loss, ssim_kernel
from spaceport_train.job.engine import FAINT, Arrays, Diverged, OutOfMemory
from spaceport_train.job.exposure import Exposures
from spaceport_train.job.scene.reduced import reduced_camera
from spaceport_train.job.scene.scene import Scene
from spaceport_train.job.scene.seeding import Seed, first_gaussians
from spaceport_train.job.schedule import DENSIFY_UNTIL, Moment, densify_every

START = 0.5  # of the planned Gaussians: MCMC adds 5 % at a time
SEED = Seed(opacity=0.5, scale=0.1)  # gsplat's preset for MCMC
REGULARISER = 0.01  # of opacity and of scale (3DGS-MCMC, section 4.3)
NOISE = 5e5  # gsplat's, for a scene of extent 1
FINITE_EVERY = 100  # gsplat answers NaN with an illegal memory access: look before
# gsplat's MCMC at 1M Gaussians takes 2.0 GB, at 3M 5.0 GB (its documentation); photos come on top.
MEMORY_STEPS = ((20e9, 3_000_000), (12e9, 2_000_000), (0.0, 1_000_000))


def most_gaussians() -> int:
    """The largest splat that the GPU's memory holds while training."""
    _, total_bytes = torch.cuda.mem_get_info()
    return next(count for least, count in MEMORY_STEPS if total_bytes >= least)


def require_kernels() -> None:
    """Raise UserError when gsplat's CUDA kernels are missing; without them it fails much later."""
    missing = UserError(
        "The CUDA kernels of gsplat do not work on this machine.",
        "Use the image of services/train/Dockerfile, which builds them, and a machine with a GPU.",
    )
    if not torch.cuda.is_available():
        raise missing
    try:
        from gsplat.cuda._backend import _C  # noqa: PLC0415 - compiles when not built before
    except (ImportError, OSError, RuntimeError) as error:
        raise missing from error
    if _C is None:
        raise missing


class CudaEngine:
    """Gaussians being trained with gsplat."""

    name = "cuda"

    def __init__(
        self,
        scene: Scene,
        candidate: Candidate,
        rng: np.random.Generator,
        seed: int,
        device: str = "cuda",
    ) -> None:
        if device == "cuda":
            require_kernels()
        torch.manual_seed(seed)
        self.scene, self.candidate = scene, candidate
        self.device = torch.device(device)
        count = max(round(candidate.gaussians * START), 1)
        first = first_gaussians(scene, count, candidate.sh_degree, rng, SEED)
        self._most, self._extent_m = candidate.gaussians, scene.extent_m
        self._params = parameters(first, self.device)
        self._optimisers = optimisers(self._params)
        self._strategy, self._strategy_state = self._make_strategy()
        self._background = torch.tensor(scene.mean_rgb, device=self.device)
        self._window = ssim_kernel(self.device)
        self.exposures = Exposures(len(scene.photos))

    def _make_strategy(self) -> tuple[Any, dict[str, Any]]:
        from gsplat.strategy import MCMCStrategy  # noqa: PLC0415 - slow to import

        every = densify_every(self.candidate.steps)
        strategy = MCMCStrategy(
            cap_max=self._most,
            refine_start_iter=every,
            refine_stop_iter=round(DENSIFY_UNTIL * self.candidate.steps),
            refine_every=every,
            min_opacity=FAINT,
            # The noise is covariance times rate of the means: cubic in metres, wanted linear.
            noise_lr=NOISE / self._extent_m**2,
        )
        strategy.check_sanity(self._params, self._optimisers)
        return strategy, strategy.initialize_state()

    def step(self, photo: int, moment: Moment, rng: np.random.Generator) -> float:
        """See Engine; rng is not used: torch has its own, seeded and kept in `state`."""
        try:
            return self._step(photo, moment)
        except torch.cuda.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise OutOfMemory(str(error)) from error

    def _step(self, photo: int, moment: Moment) -> float:
        camera = reduced_camera(self.scene.cameras[photo], moment.level)
        rates = moment.rates(self._extent_m)
        for name, optimiser in self._optimisers.items():
            optimiser.param_groups[0]["lr"] = rates[name]
        image, info = self._rasterise(camera, moment.sh_degree(self.candidate.sh_degree))
        target = self._photo(photo, moment.level)
        gain = torch.from_numpy(self.exposures.gain(photo)).to(self.device)
        loss = photo_loss(image * gain, target, self._window)
        loss = loss + REGULARISER * torch.sigmoid(self._params["opacities"]).mean()
        loss = loss + REGULARISER * torch.exp(self._params["scales"]).mean() / self._extent_m
        value = float(loss.item())
        if not np.isfinite(value) or (moment.step % FINITE_EVERY == 0 and not self._finite()):
            raise Diverged(f"the loss is {value} at step {moment.step}")
        self.exposures.measure(photo, _mean_rgb(image), _mean_rgb(target))
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser in self._optimisers.values():
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self._strategy.step_post_backward(
            self._params,
            self._optimisers,
            self._strategy_state,
            moment.step,
            info,
            lr=rates["means"],
        )
        return value

    def _rasterise(self, camera: Camera, sh_degree: int) -> tuple[Tensor, dict[str, Any]]:
        """Image [3, H, W] and what gsplat's strategies want to know."""
        from gsplat.rendering import rasterization  # noqa: PLC0415 - slow to import

        p = self._params
        pose = torch.tensor(camera.world_to_camera, dtype=torch.float32, device=self.device)
        intrinsics = torch.tensor(
            [[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]], device=self.device
        )
        images, _, info = rasterization(
            p["means"],
            p["quats"],
            torch.exp(p["scales"]),
            torch.sigmoid(p["opacities"]),
            torch.cat([p["sh0"][:, None], p["shN"]], dim=1),
            pose[None],
            intrinsics[None],
            camera.width_px,
            camera.height_px,
            sh_degree=sh_degree,
            packed=False,
            backgrounds=self._background[None],
            rasterize_mode="classic",
        )
        return images[0].permute(2, 0, 1), info

    def _photo(self, photo: int, level: int) -> Tensor:
        """[3, H // level, W // level], 0 to 1: means over level x level pixels."""
        pixels = torch.from_numpy(self.scene.photos[photo].copy()).to(self.device)
        return avg_pool2d(pixels.permute(2, 0, 1).float() / 255, level)

    def _finite(self) -> bool:
        return all(bool(torch.isfinite(p).all()) for p in self._params.values())

    @torch.no_grad()
    def render(self, camera: Camera) -> Floats:
        """See Engine."""
        image, _ = self._rasterise(camera, self.candidate.sh_degree)
        return np.asarray(image.clamp(0, 1).permute(1, 2, 0).cpu().numpy(), np.float32)

    def gaussians(self) -> Gaussians:
        """See Engine."""
        return Gaussians(*(self._params[name].detach().cpu().numpy().copy() for name in FIELDS))

    def state(self) -> Arrays:
        """See Engine: parameters, Adam's moments and counts, torch's random numbers."""
        arrays: Arrays = {"rng": torch.get_rng_state().numpy(), "exposures": self.exposures.logs}
        if self.device.type == "cuda":
            arrays["rng_cuda"] = torch.cuda.get_rng_state(self.device).numpy()
        for name, optimiser in self._optimisers.items():
            parameter = self._params[name]
            arrays[f"value_{name}"] = parameter.detach().cpu().numpy()
            for key, value in optimiser.state[parameter].items():
                arrays[f"{key}_{name}"] = torch.as_tensor(value).cpu().numpy()
        return arrays

    def restore(self, state: Arrays) -> None:
        """See Engine."""
        self._params = parameters(
            Gaussians(*(state[f"value_{name}"] for name in FIELDS)), self.device
        )
        self._optimisers = optimisers(self._params)
        for name, optimiser in self._optimisers.items():
            for key in ("step", "exp_avg", "exp_avg_sq"):
                if f"{key}_{name}" in state:
                    value = torch.from_numpy(np.array(state[f"{key}_{name}"]))
                    on_device = value if key == "step" else value.to(self.device)
                    optimiser.state[self._params[name]][key] = on_device
        self.exposures.logs = state["exposures"].copy()
        torch.set_rng_state(torch.from_numpy(state["rng"].copy()))
        if "rng_cuda" in state and self.device.type == "cuda":
            torch.cuda.set_rng_state(torch.from_numpy(state["rng_cuda"].copy()), self.device)

    def shrink(self) -> None:
        """See Engine."""
        self._most = max(self._most // 2, 1)
        keep = torch.argsort(self._params["opacities"].detach(), descending=True)[: self._most]
        keep = keep.sort().values
        old, moments = self._params, self._optimisers
        self._params = ParameterDict({n: Parameter(old[n].detach()[keep]) for n in FIELDS})
        self._optimisers = optimisers(self._params)
        for name in FIELDS:
            for key, value in moments[name].state[old[name]].items():
                kept = value if key == "step" else value[keep]
                self._optimisers[name].state[self._params[name]][key] = kept
        self._strategy, self._strategy_state = self._make_strategy()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _mean_rgb(image: Tensor) -> Floats:
    """float32[3] of an image [3, H, W]."""
    return np.asarray(image.detach().mean(dim=(1, 2)).cpu().numpy(), np.float32)


def parameters(gaussians: Gaussians, device: torch.device) -> ParameterDict:
    """Gaussians as gsplat's strategies want them: one Parameter per name."""
    return ParameterDict(
        {
            name: Parameter(torch.from_numpy(getattr(gaussians, name).copy()).to(device))
            for name in FIELDS
        }
    )


def optimisers(params: ParameterDict) -> dict[str, torch.optim.Adam]:
    """One Adam per parameter, as gsplat's strategies want them; rates are set every step."""
    return {name: torch.optim.Adam([params[name]], lr=0.0, eps=1e-15) for name in FIELDS}
