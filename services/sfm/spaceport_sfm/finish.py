"""The completion event of sfm."""

from spaceport_contracts.events import SparseModelBuilt
from spaceport_contracts.results import SfmResult
from spaceport_runtime.stage.recipe import Finished


def announce(finished: Finished[SfmResult]) -> SparseModelBuilt:
    """SparseModelBuilt with the figures of the job's result."""
    result = finished.result
    return finished.completion(
        SparseModelBuilt,
        quality=finished.quality,
        options=finished.options,
        photos_total=result.photos_total,
        photos_registered=result.photos_registered,
        reprojection_error_px=result.reprojection_error_px,
        mean_track_length=result.mean_track_length,
        gps_rms_m=result.gps_rms_m,
        camera_height_above_ground_m=result.camera_height_above_ground_m,
    )
