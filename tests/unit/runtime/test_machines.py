"""Which machine a run is given, and what a deployment demands of every job."""

import json
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.events import CancellationRequested, ReconstructionRequested, Stage
from spaceport_contracts.results import Quality
from spaceport_runtime.ports import Run, RunKey
from spaceport_runtime.service import Machine
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import StageHandlers
from spaceport_runtime.stage.machines import photos_of, smallest_for
from spaceport_sfm import handler as sfm
from spaceport_train import handler as train

MACHINES = (Machine("small", 300), Machine("middle", 1000), Machine("large"))
INDEX = Artifact(uri="s3://spaceport/jobs/x/index.json", bytes=2, sha256="0" * 64)
KEY = "arn:aws:kms:eu-central-1:111122223333:key/k"


def request_for(photos: int, quality: Quality = Quality.STANDARD) -> ReconstructionRequested:
    return ReconstructionRequested(
        event_id="e",
        job_id="0123456789ab",
        correlation_id="c",
        causation_id="u",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        attempt=1,
        start_at=Stage.SFM,
        quality=quality,
        email=None,
        title="t",
        inputs=ArtifactSet(prefix="s3://spaceport/jobs/x/ingest/", index=INDEX),
        photos=photos,
    )


def run_of(cause: ReconstructionRequested, retries: int = 0) -> Run:
    key = RunKey("sfm", cause.job_id, cause.attempt)
    return Run(key, "", cause.detail_type(), cause.model_dump_json(), retries=retries)


@pytest.mark.parametrize(
    ("photos", "quality", "machine"),
    [
        (20, Quality.STANDARD, "small"),
        (300, Quality.STANDARD, "small"),
        (301, Quality.STANDARD, "middle"),
        (300, Quality.HIGH, "middle"),
        (450, Quality.DRAFT, "small"),
        (1001, Quality.STANDARD, "large"),
        (5000, Quality.HIGH, "large"),
        (None, Quality.STANDARD, "large"),
    ],
)
def test_the_smallest_machine_that_fits_is_taken(
    photos: int | None, quality: Quality, machine: str
) -> None:
    found = smallest_for(MACHINES, photos, quality)
    assert found is not None
    assert found.instance_type == machine


def test_without_a_choice_there_is_none() -> None:
    assert smallest_for((), 20, Quality.STANDARD) is None


def test_an_event_that_does_not_say_has_no_size() -> None:
    assert photos_of(request_for(0)) is None
    assert photos_of(request_for(12)) == 12
    cancelled = CancellationRequested(
        event_id="e",
        job_id="0123456789ab",
        correlation_id="c",
        causation_id="u",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        attempt=1,
    )
    assert photos_of(cancelled) is None


def test_a_stage_launches_on_the_machine_that_its_capture_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = [{"instance_type": "ml.c6i.2xlarge", "up_to_photos": 300}]
    listed.append({"instance_type": "ml.c6i.4xlarge", "up_to_photos": None})
    monkeypatch.setenv("SPACEPORT_SFM_MACHINES", json.dumps(listed))
    recipe = sfm.HANDLERS.recipe(PlatformSettings(bucket="spaceport"))
    types = []
    for photos in (20, 1000):
        cause = request_for(photos)
        launch = recipe.launch(run_of(cause), cause)
        cluster = launch.request["ProcessingResources"]["ClusterConfig"]
        types.append(cluster["InstanceType"])
        assert recipe.job_of(run_of(cause)).instance_type == cluster["InstanceType"]
    assert types == ["ml.c6i.2xlarge", "ml.c6i.4xlarge"]


def test_after_two_interruptions_training_pays_the_full_price() -> None:
    recipe = train.HANDLERS.recipe(PlatformSettings(bucket="spaceport"))
    cause = request_for(20)
    spot = [recipe.launch(run_of(cause, retries), cause).request for retries in (0, 1, 2)]
    assert [found["EnableManagedSpotTraining"] for found in spot] == [True, True, False]
    assert "MaxWaitTimeInSeconds" not in spot[2]["StoppingCondition"]


def test_the_launch_names_the_rasteriser(monkeypatch: pytest.MonkeyPatch) -> None:
    cause = request_for(20)
    platform = PlatformSettings(bucket="spaceport")
    assert train.HANDLERS.recipe(platform).launch(run_of(cause), cause).options.rasteriser == "auto"
    monkeypatch.setenv("SPACEPORT_TRAIN_RASTERISER", "cuda")
    assert train.HANDLERS.recipe(platform).launch(run_of(cause), cause).options.rasteriser == "cuda"


@pytest.mark.parametrize("handlers", [sfm.HANDLERS, train.HANDLERS])
def test_every_job_is_confined_as_the_deployment_demands(handlers: StageHandlers) -> None:
    platform = PlatformSettings(
        bucket="spaceport",
        job_key_arn=KEY,
        job_isolated=True,
        job_subnets="subnet-1,subnet-2",
        job_security_groups="sg-1",
    )
    cause = request_for(20)
    launch = handlers.recipe(platform).launch(run_of(cause), cause)
    request = launch.request
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model(f"Create{launch.kind.capitalize()}Job").input_shape
    assert shape is not None
    assert not ParamValidator().validate(request, shape).has_errors()
    network = request["NetworkConfig"] if launch.kind == "processing" else request
    assert network["EnableNetworkIsolation"] is True
    assert network["VpcConfig"] == {
        "Subnets": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1"],
    }
    outputs = "ProcessingOutputConfig" if launch.kind == "processing" else "OutputDataConfig"
    assert request[outputs]["KmsKeyId"] == KEY
