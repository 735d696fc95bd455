"""What a user may choose beyond the quality: each by its unit and range, and what happens without.

`GET /options` describes them from this type; they travel in the events to the stage that each is
for. None: as the quality has it.
"""

from pydantic import Field

from spaceport_contracts.capture import Frozen


class JobOptions(Frozen):
    """Each has an effect in one stage, and only there."""

    photo_side_px: int | None = Field(
        default=None,
        ge=480,
        le=4800,
        description="The longer side that photos are reduced to before training. Larger shows "
        "finer detail and takes longer. Without it: as the quality has it.",
        json_schema_extra={"unit": "px"},
    )
    max_gaussians: int | None = Field(
        default=None,
        ge=2000,
        le=10_000_000,
        description="At most so many Gaussians. Fewer make a smaller file with less detail. "
        "Without it: as many as the photos call for.",
        json_schema_extra={"unit": "Gaussians"},
    )
    sh_degree: int | None = Field(
        default=None,
        ge=0,
        le=3,
        description="How much colours may change with the direction of view: 0 not at all, 3 the "
        "most. Lower makes a smaller file. Without it: 3.",
        json_schema_extra={"unit": "degree"},
    )


AS_THE_QUALITY_HAS_IT = JobOptions()
