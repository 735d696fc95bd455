"""A job's id may be any unguessable 128 bits, and everything that is named after it still fits."""

import re
import secrets
from datetime import UTC, datetime

import botocore.session
import pytest

from spaceport_contracts.events import CancellationRequested, Stage
from spaceport_runtime.ports import RunKey
from spaceport_runtime.stage.reconcile import parse_job_name

SAGEMAKER = botocore.session.get_session().get_service_model("sagemaker")


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("attempt", [1, 99])
@pytest.mark.parametrize("job_id", ["1c8aee57ad937c3899ebde308f7aaf0e", "f" * 32, "0123456789ab"])
def test_the_name_of_a_job_fits_sagemaker_and_leads_back(
    stage: Stage, attempt: int, job_id: str
) -> None:
    key = RunKey(stage.value, job_id, attempt)
    for shape_name in ("ProcessingJobName", "TrainingJobName"):
        shape = SAGEMAKER.shape_for(shape_name)
        assert len(key.job_name) <= shape.metadata["max"]
        assert re.fullmatch(shape.metadata["pattern"], key.job_name)
    assert parse_job_name(key.job_name) == key


def test_an_event_takes_an_id_of_128_bits() -> None:
    job_id = secrets.token_hex(16)
    event = CancellationRequested(
        event_id="e",
        job_id=job_id,
        correlation_id=job_id,
        causation_id="u",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        attempt=1,
    )
    assert event.job_id == job_id
