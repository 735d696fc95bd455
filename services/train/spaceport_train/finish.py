"""The completion event of train."""

from spaceport_contracts.events import SplatTrained
from spaceport_contracts.results import TrainResult
from spaceport_runtime.stage.recipe import Finished


def announce(finished: Finished[TrainResult]) -> SplatTrained:
    """SplatTrained with the figures of the job's result."""
    result = finished.result
    return finished.completion(
        SplatTrained,
        quality=finished.quality,
        options=finished.options,
        gaussians=result.gaussians,
        steps=result.steps,
        heldout_psnr_db=result.heldout_psnr_db,
        heldout_ssim=result.heldout_ssim,
    )
