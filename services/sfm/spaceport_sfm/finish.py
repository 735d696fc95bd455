"""The completion event of sfm."""

from spaceport_contracts.events import Event, ReconstructionRequested, SparseModelBuilt
from spaceport_contracts.results import SfmResult
from spaceport_runtime.lineage import follow
from spaceport_runtime.ports import Platform, Run
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.kit import Finished
from spaceport_runtime.stage.requests import output_prefix as prefix_of
from spaceport_sfm.service import JOB

RESULT_TYPE = SfmResult


def output_prefix(run: Run, platform: PlatformSettings) -> str:
    """Where the job's outputs lie."""
    return prefix_of(platform.bucket, run, JOB)


def announce(finished: Finished, platform: Platform) -> Event:
    """SparseModelBuilt with the figures of the job's result."""
    result, cause = finished.result, finished.cause
    if not isinstance(result, SfmResult) or not isinstance(cause, ReconstructionRequested):
        raise TypeError(f"sfm cannot announce a {type(result).__name__}")
    return follow(
        SparseModelBuilt,
        cause,
        finished.run.key.attempt,
        platform.clock(),
        quality=cause.quality,
        outputs=finished.outputs,
        photos_total=result.photos_total,
        photos_registered=result.photos_registered,
        reprojection_error_px=result.reprojection_error_px,
        mean_track_length=result.mean_track_length,
        gps_rms_m=result.gps_rms_m,
        camera_height_above_ground_m=result.camera_height_above_ground_m,
        seconds=finished.seconds,
    )
