"""What SageMaker says becomes what the user reads."""

import pytest

from spaceport_contracts.failure import FailureClass
from spaceport_runtime.ports import JobStatus
from spaceport_runtime.stage.failures import classify

TOLD = '{"class": "user", "reason": "Only 3 of 18 photos hang together.", "remedy": "Fly lower."}'


@pytest.mark.parametrize(
    "status",
    [
        JobStatus("Failed", failure_reason=f"AlgorithmError: {TOLD}, exit code: 1"),
        JobStatus("Failed", failure_reason="AlgorithmError: , exit code: 1", message=TOLD),
    ],
)
def test_the_jobs_own_words_win(status: JobStatus) -> None:
    failure = classify(status)
    assert failure.failure_class is FailureClass.USER
    assert failure.reason == "Only 3 of 18 photos hang together."
    assert failure.remedy == "Fly lower."
    assert failure.retries == 0


@pytest.mark.parametrize("word", ["InternalServerError: x", "CapacityError: Unable to provision"])
def test_passing_trouble_is_worth_another_attempt(word: str) -> None:
    assert classify(JobStatus("Failed", failure_reason=word)).retries == 2


def test_spot_interruption_is_passing() -> None:
    assert classify(JobStatus("Stopped", secondary="Interrupted")).retries == 2


def test_stopped_is_never_a_success() -> None:
    assert classify(JobStatus("Stopped", secondary="Stopped")).failure_class is FailureClass.STOPPED


@pytest.mark.parametrize(
    "status",
    [
        JobStatus("Stopped", secondary="MaxRuntimeExceeded"),
        JobStatus("Failed", failure_reason="ClientError: Job exceeded MaxRuntimeInSeconds"),
    ],
)
def test_running_out_of_time_names_the_remedy(status: JobStatus) -> None:
    failure = classify(status)
    assert failure.failure_class is FailureClass.TIMEOUT
    assert "lower quality" in failure.remedy


def test_a_kill_by_nobody_known_names_memory_and_is_worth_one_more_attempt() -> None:
    failure = classify(JobStatus("Failed", failure_reason="AlgorithmError: , exit code: 137"))
    assert "memory" in failure.reason
    assert failure.retries == 1


def test_cut_off_json_falls_back_to_the_text() -> None:
    reason = 'AlgorithmError: {"class": "user", "reason": "cut'
    assert classify(JobStatus("Failed", failure_reason=reason)).reason == reason


def test_a_job_that_said_nothing_failed_without_saying_why() -> None:
    assert classify(JobStatus("Failed")).reason == "The stage failed without saying why."
