"""The completion event of train."""

from spaceport_contracts.events import (
    Event,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatTrained,
)
from spaceport_contracts.results import TrainResult
from spaceport_runtime.lineage import follow
from spaceport_runtime.ports import Platform, Run
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.kit import Finished
from spaceport_runtime.stage.requests import output_prefix as prefix_of
from spaceport_train.service import JOB

RESULT_TYPE = TrainResult


def output_prefix(run: Run, platform: PlatformSettings) -> str:
    """Where the job's outputs lie."""
    return prefix_of(platform.bucket, run, JOB)


def announce(finished: Finished, platform: Platform) -> Event:
    """SplatTrained with the figures of the job's result."""
    result, cause = finished.result, finished.cause
    if not isinstance(result, TrainResult) or not isinstance(
        cause, ReconstructionRequested | SparseModelBuilt
    ):
        raise TypeError(f"train cannot announce a {type(result).__name__}")
    return follow(
        SplatTrained,
        cause,
        finished.run.key.attempt,
        platform.clock(),
        quality=cause.quality,
        outputs=finished.outputs,
        gaussians=result.gaussians,
        steps=result.steps,
        heldout_psnr_db=result.heldout_psnr_db,
        heldout_ssim=result.heldout_ssim,
        seconds=finished.seconds,
    )
