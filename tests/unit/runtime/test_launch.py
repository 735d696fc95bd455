"""The SageMaker requests are what SageMaker accepts: botocore's own validator says so."""

from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator

from spaceport_compress import handler as compress
from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.events import ReconstructionRequested, Stage
from spaceport_contracts.results import Quality
from spaceport_runtime.ports import Run, RunKey
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import MakeKit
from spaceport_sfm import handler as sfm
from spaceport_train import handler as train

MODEL = botocore.session.get_session().get_service_model("sagemaker")
PLATFORM = PlatformSettings(bucket="spaceport")
INDEX = Artifact(uri="s3://spaceport/jobs/x/index.json", bytes=2, sha256="0" * 64)


def request_for(stage: Stage) -> ReconstructionRequested:
    return ReconstructionRequested(
        event_id="e",
        job_id="0123456789ab",
        correlation_id="c",
        causation_id="u",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        attempt=3,
        start_at=stage,
        quality=Quality.DRAFT,
        email=None,
        title="t",
        inputs=ArtifactSet(prefix="s3://spaceport/uploads/x/", index=INDEX),
    )


@pytest.mark.parametrize(
    ("make_kit", "stage"),
    [(sfm.make_kit, Stage.SFM), (train.make_kit, Stage.TRAIN), (compress.make_kit, Stage.COMPRESS)],
)
def test_request_is_valid(make_kit: MakeKit, stage: Stage) -> None:
    kit = make_kit(PLATFORM)
    cause = request_for(stage)
    key = RunKey(stage.value, cause.job_id, cause.attempt)
    run = Run(key, "2026-11-01", cause.detail_type(), cause.model_dump_json())
    plan = kit.plan(run, cause)
    operation = f"Create{plan.kind.capitalize()}Job"
    shape = MODEL.operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(plan.request, shape)
    assert not report.has_errors(), report.generate_report()
    assert plan.request[f"{plan.kind.capitalize()}JobName"] == f"{stage.value}-0123456789ab-03"
    assert kit.output_prefix(run).startswith("s3://spaceport/jobs/0123456789ab/")
    assert kit.output_prefix(run).endswith("/")


def test_training_uses_spot_and_checkpoints_that_every_attempt_shares() -> None:
    kit = train.make_kit(PLATFORM)
    cause = request_for(Stage.TRAIN)
    plans = [
        kit.plan(
            Run(RunKey("train", cause.job_id, attempt), "", cause.detail_type(), ""), cause
        ).request
        for attempt in (1, 2)
    ]
    assert plans[0]["EnableManagedSpotTraining"]
    assert plans[0]["CheckpointConfig"] == plans[1]["CheckpointConfig"]
    limits = plans[0]["StoppingCondition"]
    assert limits["MaxWaitTimeInSeconds"] >= limits["MaxRuntimeInSeconds"]
