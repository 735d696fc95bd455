"""The ports on boto3 keep the same promises as the fakes: moto is the judge."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from moto import mock_aws
from tests.choreography.fakes import FakeLedger

from spaceport_runtime.aws.errors import translated
from spaceport_runtime.aws.jobs import SageMakerJobs
from spaceport_runtime.aws.ledger import DynamoLedger
from spaceport_runtime.aws.store import S3Store, read_unchanged
from spaceport_runtime.errors import Denied, NoCapacity, Retryable
from spaceport_runtime.ports import End, EndKind, Ledger, Run, RunKey, RunState
from spaceport_runtime.tables import TABLE_DEFINITION

KEY = RunKey("sfm", "0123456789ab", 1)
RUN = Run(KEY, "2026-11-01T00:00:00", "ReconstructionRequested", "{}")


@pytest.fixture(params=["dynamodb", "fake"])
def ledger(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    if request.param == "fake":
        yield FakeLedger()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        resource = boto3.resource("dynamodb")
        yield DynamoLedger(resource.create_table(TableName="ledger", **TABLE_DEFINITION))


def test_a_run_is_admitted_once(ledger: Ledger) -> None:
    assert ledger.admit(RUN)
    assert not ledger.admit(RUN)
    assert ledger.get(KEY) == RUN
    assert ledger.get(RunKey("sfm", "0123456789ab", 2)) is None


def test_open_runs_come_in_order_of_arrival(ledger: Ledger) -> None:
    for n, arrived_at in ((1, "2026-11-01T00:00:02"), (2, "2026-11-01T00:00:01")):
        ledger.admit(Run(RunKey("sfm", "0123456789ab", n), arrived_at, "X", "{}"))
    ledger.admit(Run(RunKey("train", "0123456789ab", 1), "2026", "X", "{}"))
    assert [run.key.attempt for run in ledger.open_runs("sfm")] == [2, 1]


def test_only_the_head_of_the_line_is_read(ledger: Ledger) -> None:
    for n in range(1, 6):
        ledger.admit(Run(RunKey("sfm", "0123456789ab", n), f"2026-11-01T00:00:0{n}", "X", "{}"))
    ledger.mark_running(RunKey("sfm", "0123456789ab", 1), "now")
    ledger.finish(RunKey("sfm", "0123456789ab", 3), "[]")
    assert [run.key.attempt for run in ledger.waiting_runs("sfm", 2)] == [2, 4]
    assert ledger.count_waiting("sfm") == 3
    ledger.rewind(Run(RunKey("sfm", "0123456789ab", 1), "", "X", "{}"))
    assert [run.key.attempt for run in ledger.waiting_runs("sfm", 9)] == [1, 2, 4, 5]
    assert ledger.waiting_runs("train", 9) == []


def test_the_line_goes_lap_by_lap_and_knows_whose_runs_wait(ledger: Ledger) -> None:
    def run(n: int, tenant: str, lap: int) -> Run:
        key = RunKey("sfm", "0123456789ab", n)
        return Run(key, f"2026-11-01T00:00:0{n}", "X", "{}", tenant=tenant, lap=lap)

    runs = [run(1, "a", 0), run(2, "a", 1), run(3, "a", 2), run(4, "b", 0)]
    for each in runs:
        ledger.admit(each)
    assert [found.key.attempt for found in ledger.waiting_runs("sfm", 9)] == [1, 4, 2, 3]
    assert ledger.waiting_runs("sfm", 9)[3] == runs[2]
    assert (ledger.last_lap("a", "sfm"), ledger.last_lap("b", "sfm")) == (2, 0)
    ledger.mark_running(runs[0].key, "now")
    ledger.finish(runs[1].key, "[]")
    ledger.withdraw(runs[3].key)
    assert (ledger.last_lap("a", "sfm"), ledger.last_lap("b", "sfm")) == (2, None)
    ledger.withdraw(runs[2].key)
    ledger.rewind(runs[0])
    assert (ledger.last_lap("a", "sfm"), ledger.last_lap("a", "train")) == (0, None)


def test_states_move_forward_only(ledger: Ledger) -> None:
    ledger.admit(RUN)
    ledger.remember_place(KEY, 3)
    ledger.mark_running(KEY, "now")
    ledger.remember_place(KEY, 2)
    run = ledger.get(KEY)
    assert run is not None
    assert (run.state, run.launched_at, run.place) == (RunState.RUNNING, "now", 3)
    ledger.rewind(RUN)
    ledger.mark_running(KEY, "later")
    assert ledger.finish(KEY, "[1]")
    assert not ledger.finish(KEY, "[2]")
    ledger.mark_running(KEY, "never")
    ledger.rewind(RUN)
    run = ledger.get(KEY)
    assert run is not None
    assert (run.state, run.outcome, run.is_open) == (RunState.FINISHED, "[1]", True)
    ledger.close(KEY)
    run = ledger.get(KEY)
    assert run is not None
    assert not run.is_open
    assert ledger.open_runs("sfm") == []


def test_an_open_run_cannot_be_closed_before_it_is_finished(ledger: Ledger) -> None:
    ledger.admit(RUN)
    ledger.close(KEY)
    assert len(ledger.open_runs("sfm")) == 1


def test_an_attempt_ends_once(ledger: Ledger) -> None:
    first = End(EndKind.SUPERSEDED, "sfm", 2)
    assert ledger.end_of("0123456789ab", 1) is None
    assert ledger.claim_end("0123456789ab", 1, first) == first
    assert ledger.claim_end("0123456789ab", 1, End(EndKind.CANCELLED, "x")) == first
    assert ledger.end_of("0123456789ab", 1) == first
    assert ledger.end_of("0123456789ab", 2) is None


def test_attempts_are_counted(ledger: Ledger) -> None:
    assert ledger.job_record("0123456789ab") is None
    assert ledger.register_job("0123456789ab", "{}")
    assert not ledger.register_job("0123456789ab", "{...}")
    assert ledger.next_attempt("0123456789ab") == 2
    assert ledger.job_record("0123456789ab") == ("{}", 2)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="bucket")
        yield client


def test_store(s3: Any) -> None:
    store = S3Store(s3)
    assert store.head("s3://bucket/missing") is None
    store.write("s3://bucket/some/key", b"hello", "text/plain")
    stored = store.head("s3://bucket/some/key")
    assert stored is not None
    assert stored.bytes == 5
    assert store.read("s3://bucket/some/key") == b"hello"
    assert store.sha256("s3://bucket/some/key").startswith("2cf24dba5fb0a30e")


def test_a_part_is_read_of_one_version_only(s3: Any) -> None:
    put = s3.put_object(Bucket="bucket", Key="a", Body=b"0123456789")
    etag = put["ETag"].strip('"')
    assert read_unchanged(s3, "s3://bucket/a", etag, 2, 3, EOFError()) == b"234"
    s3.put_object(Bucket="bucket", Key="a", Body=b"another")
    with pytest.raises(EOFError):
        read_unchanged(s3, "s3://bucket/a", etag, 2, 3, EOFError())
    s3.delete_object(Bucket="bucket", Key="a")
    with pytest.raises(EOFError):
        read_unchanged(s3, "s3://bucket/a", etag, 2, 3, EOFError())


def test_a_launch_that_has_begun_is_not_withdrawn(ledger: Ledger) -> None:
    other = RunKey("sfm", "0123456789ab", 2)
    ledger.admit(RUN)
    ledger.admit(Run(other, "2026-11-01T00:00:01", "X", "{}"))
    assert ledger.begin_launch(KEY, "now")
    assert not ledger.withdraw(KEY)
    assert [run.state for run in ledger.waiting_runs("sfm", 9)] == [
        RunState.LAUNCHING,
        RunState.WAITING,
    ]
    assert ledger.withdraw(other)
    assert [run.key for run in ledger.open_runs("sfm")] == [KEY]
    withdrawn = ledger.get(other)
    assert withdrawn is not None
    assert (withdrawn.state, withdrawn.outcome) == (RunState.FINISHED, "[]")
    ledger.remember_place(KEY, 4)
    ledger.mark_running(KEY, "later")
    assert not ledger.begin_launch(KEY, "again")
    run = ledger.get(KEY)
    assert run is not None
    assert (run.state, run.place, run.launched_at) == (RunState.RUNNING, 4, "later")


def test_waiting_in_vain_is_remembered_until_it_ends(ledger: Ledger) -> None:
    ledger.admit(RUN)
    for since in ("now", None):
        ledger.remember_vain(KEY, since)
        run = ledger.get(KEY)
        assert run is not None
        assert run.vain_since == since
    ledger.mark_running(KEY, "now")
    ledger.remember_vain(KEY, "later")
    run = ledger.get(KEY)
    assert run is not None
    assert run.vain_since is None


def test_the_same_request_is_the_same_job(ledger: Ledger) -> None:
    assert ledger.name_job("s3://b/uploads/a.zip\netag", "one", "2026") == "one"
    assert ledger.name_job("s3://b/uploads/a.zip\netag", "two", "2027") == "one"
    assert ledger.name_job("s3://b/uploads/a.zip\nother", "two", "2026") == "two"


def test_a_closed_job_is_known_no_more_and_gets_no_attempt(ledger: Ledger) -> None:
    ledger.register_job("one", "secrets")
    assert ledger.next_attempt("one") == 2
    assert ledger.close_job("one", "2026-11-02") == 2
    assert ledger.close_job("one", "2026-11-03") == 2
    assert ledger.job_record("one") is None
    assert ledger.next_attempt("one") is None
    assert not ledger.register_job("one", "late")
    assert ledger.job_record("one") is None


def test_only_who_asks_after_a_deletion_gets_another_job(ledger: Ledger) -> None:
    assert ledger.name_job("request", "one", "2026-11-01") == "one"
    ledger.register_job("one", "{}")
    ledger.close_job("one", "2026-11-02T12:00:00+00:00")
    assert ledger.name_job("request", "two", "2026-11-02T11:00:00+00:00") == "one"
    assert ledger.name_job("request", "two", "2026-11-02T13:00:00+00:00") == "two"
    assert ledger.name_job("request", "three", "2026-11-02T13:00:01+00:00") == "two"


def test_an_erased_run_is_a_stone_that_keeps_others_out(ledger: Ledger) -> None:
    ledger.admit(replace(RUN, cause='{"email": "ann@example.org"}'))
    other = RunKey("train", KEY.job_id, 1)
    for key in (KEY, other):
        ledger.erase(key)
        stone = ledger.get(key)
        assert stone is not None
        assert (stone.state, stone.is_open, stone.cause) == (RunState.FINISHED, False, "")
        assert not ledger.admit(replace(RUN, key=key))
    assert ledger.open_runs("sfm") == ledger.waiting_runs("sfm", 9) == []


def test_an_upload_is_free_when_its_last_job_lets_go(ledger: Ledger) -> None:
    for job_id in ("one", "two", "one"):
        ledger.use("s3://b/captures/a.zip", job_id)
    assert not ledger.release("s3://b/captures/a.zip", "one")
    assert ledger.release("s3://b/captures/a.zip", "two")
    assert ledger.release("s3://b/captures/a.zip", "two")
    assert ledger.release("s3://b/captures/never.zip", "one")


REQUESTS = {"ProcessingJobName": "sfm-0123456789ab-01"}


def _client_error(code: str, operation: str = "X") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_client_error("ThrottlingException"), Retryable),
        (_client_error("503"), Retryable),
        (EndpointConnectionError(endpoint_url="https://x"), Retryable),
        (_client_error("AccessDenied"), Denied),
        (_client_error("NobodyKnowsThisOne"), Denied),
    ],
)
def test_what_aws_refuses_is_ours_and_names_its_cause(
    error: Exception, expected: type[Retryable]
) -> None:
    with pytest.raises(Retryable) as caught, translated():
        raise error
    assert type(caught.value) is expected
    assert caught.value.__cause__ is error


def test_an_invalid_request_is_our_bug() -> None:
    with pytest.raises(ParamValidationError), translated():
        raise ParamValidationError(report="no")


class Refusing:
    """A SageMaker client that answers every call with one error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(**_request: Any) -> None:
            raise self._error

        return call


def jobs_that_say(error: Exception) -> SageMakerJobs:
    client: Any = Refusing(error)
    return SageMakerJobs(client)


def test_sagemakers_refusals_mean_what_they_say() -> None:
    jobs_that_say(_client_error("ResourceInUse")).create("processing", REQUESTS)
    with pytest.raises(NoCapacity):
        jobs_that_say(_client_error("ResourceLimitExceeded")).create("processing", REQUESTS)
    with pytest.raises(Denied):
        jobs_that_say(_client_error("AccessDeniedException")).create("processing", REQUESTS)
    with pytest.raises(Retryable):
        jobs_that_say(EndpointConnectionError(endpoint_url="x")).describe("training", "name")
    assert jobs_that_say(_client_error("ResourceNotFound")).describe("processing", "name") is None
    jobs_that_say(_client_error("ValidationException")).stop("training", "name")
    with pytest.raises(Denied):
        jobs_that_say(_client_error("AccessDeniedException")).stop("training", "name")
    with pytest.raises(Retryable):
        jobs_that_say(EndpointConnectionError(endpoint_url="x")).stop("training", "name")
