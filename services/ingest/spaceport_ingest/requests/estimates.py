"""The route of estimates: what a capture will take, before anything is uploaded."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

from spaceport_contracts.estimate import Cost
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.estimates.arithmetic import STAGES, Ask
from spaceport_ingest.estimates.fleet import estimate_here
from spaceport_ingest.ports import GetKit
from spaceport_ingest.requests.bodies import Request
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import responses
from spaceport_runtime.http.shell import HttpApi

LARGEST_PHOTO_PIXELS = 200_000_000
DRONE_PIXELS = 12_000_000


class EstimateWanted(Request):
    """A capture that is not uploaded yet."""

    photos: int = Field(ge=1, le=10_000, examples=[120])
    pixels_per_photo: int = Field(
        default=DRONE_PIXELS,
        alias="pixelsPerPhoto",
        ge=1,
        le=LARGEST_PHOTO_PIXELS,
        description="width times height",
        examples=[12_000_000],
    )
    quality: Quality = Quality.STANDARD


class StageEstimate(Cost):
    """One stage's share."""

    stage: Stage


class EstimateAnswer(BaseModel):
    """Minutes of work, without waiting for a machine, and dollars of machines, both as a span.

    `dollars` is null where the price of a machine is not known, and 0 where nothing is charged.
    """

    stages: list[StageEstimate]
    total: Cost
    basis: str = Field(description="what the figures rest on, with dates")


RESPONSES = responses(
    {
        400: "Not a JSON object",
        415: "Not JSON",
        422: "A field is missing, unknown or has a value that is not allowed",
    },
    {200: {"description": "Estimated", "content": {JSON: {"model": EstimateAnswer}}}},
)


def add_estimates(app: HttpApi, get_kit: GetKit) -> None:
    """Register the route."""

    @app.post("/estimates", responses=RESPONSES, summary="Minutes and dollars", tags=["jobs"])
    def post_estimate(body: Annotated[EstimateWanted, Body()]) -> EstimateAnswer:
        ask = Ask(body.photos, body.pixels_per_photo, body.quality)
        found = estimate_here(ask, get_kit().fleet)
        costs = {Stage.SFM: found.sfm, Stage.TRAIN: found.train, Stage.COMPRESS: found.compress}
        stages = [
            StageEstimate(stage=stage, minutes=cost.minutes, dollars=cost.dollars)
            for stage in STAGES
            if (cost := costs[stage]) is not None
        ]
        return EstimateAnswer(stages=stages, total=found.total, basis=found.basis)
