"""What the user's one choice of quality means for structure from motion."""

from spaceport_contracts.capture import Frozen
from spaceport_contracts.results import Quality, StageOptions


class Effort(Frozen):
    """How much effort goes into features, and how large the photos are that training sees."""

    max_features: int
    """Strongest features kept per photo."""
    feature_side_px: int
    """Longer side at which features are looked for; larger photos are reduced."""
    undistorted_side_px: int
    """Longer side of the undistorted photos."""
    jpeg_quality: int = 95


EFFORTS = {
    Quality.DRAFT: Effort(max_features=4096, feature_side_px=1600, undistorted_side_px=960),
    Quality.STANDARD: Effort(max_features=6144, feature_side_px=2000, undistorted_side_px=1600),
    Quality.HIGH: Effort(max_features=8192, feature_side_px=2400, undistorted_side_px=2400),
}


def effort_for(options: StageOptions) -> Effort:
    """As the quality has it, but for the size of the photos where one is wanted."""
    effort = EFFORTS[options.quality]
    side_px = options.wanted.photo_side_px or effort.undistorted_side_px
    return effort.model_copy(update={"undistorted_side_px": side_px})
