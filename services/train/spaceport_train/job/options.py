"""What a user or a test may choose about a training."""

from pydantic import Field

from spaceport_contracts.results import StageOptions
from spaceport_train.job.scene.split import TEST_EVERY


class TrainOptions(StageOptions):
    """`options.json` of the train job; everything but the quality has a rule of its own."""

    budget: float = Field(default=1.0, gt=0, description="multiplies the planned work")
    gaussians: int | None = Field(default=None, ge=100, description="skip the pilots: this many")
    threads: int | None = Field(default=None, ge=1, description="None: all CPUs")
    test_offset: int = Field(
        default=TEST_EVERY // 2,
        ge=0,
        lt=TEST_EVERY,
        description="position of the first test photo",
    )
