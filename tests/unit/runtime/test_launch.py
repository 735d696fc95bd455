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
from spaceport_runtime.stage.handlers import StageHandlers
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
    ("handlers", "stage"),
    [(sfm.HANDLERS, Stage.SFM), (train.HANDLERS, Stage.TRAIN), (compress.HANDLERS, Stage.COMPRESS)],
)
def test_request_is_valid(handlers: StageHandlers, stage: Stage) -> None:
    recipe = handlers.recipe(PLATFORM)
    cause = request_for(stage)
    key = RunKey(stage.value, cause.job_id, cause.attempt)
    run = Run(key, "2026-11-01", cause.detail_type(), cause.model_dump_json())
    launch = recipe.launch(run, cause)
    operation = f"Create{launch.kind.capitalize()}Job"
    shape = MODEL.operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(launch.request, shape)
    assert not report.has_errors(), report.generate_report()
    assert launch.request[f"{launch.kind.capitalize()}JobName"] == f"{stage.value}-0123456789ab-03"
    tags = {tag["Key"]: tag["Value"] for tag in launch.request["Tags"]}
    assert tags["spaceport:deployment"] == "spaceport"  # by it the budget sees the job
    area = "work" if stage is Stage.SFM else "jobs"
    assert recipe.outputs_of(run).startswith(f"s3://spaceport/{area}/0123456789ab/")
    assert recipe.outputs_of(run).endswith("/")


def test_training_uses_spot_and_checkpoints_that_every_attempt_shares() -> None:
    recipe = train.HANDLERS.recipe(PLATFORM)
    cause = request_for(Stage.TRAIN)
    requests = [
        recipe.launch(
            Run(RunKey("train", cause.job_id, attempt), "", cause.detail_type(), ""), cause
        ).request
        for attempt in (1, 2)
    ]
    assert requests[0]["EnableManagedSpotTraining"]
    assert requests[0]["CheckpointConfig"] == requests[1]["CheckpointConfig"]
    limits = requests[0]["StoppingCondition"]
    assert limits["MaxWaitTimeInSeconds"] >= limits["MaxRuntimeInSeconds"]


@pytest.mark.parametrize(("interval_s", "told"), [(2.0, "2"), (10.0, "10")])
def test_a_deployment_says_how_often_its_jobs_speak(interval_s: float, told: str) -> None:
    platform = PlatformSettings(bucket="spaceport", progress_interval_s=interval_s)
    cause = request_for(Stage.SFM)
    run = Run(RunKey("sfm", cause.job_id, 1), "", cause.detail_type(), "")
    request = sfm.HANDLERS.recipe(platform).launch(run, cause).request
    assert request["Environment"]["SPACEPORT_PROGRESS_INTERVAL_S"] == told
