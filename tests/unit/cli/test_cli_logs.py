"""`spaceport logs`: three kinds of logs in one order of time, and only what is about the job."""

import json
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from spaceport_cli.deployment.logs import LogOptions, logs
from spaceport_runtime.errors import UserError

JOB, OTHER = "0123456789ab", "ba9876543210"
EVENTS, FUNCTION, TRAINING = (
    "/aws/events/spaceport",
    "/aws/lambda/spaceport-train",
    "/aws/sagemaker/TrainingJobs",
)


class Account:
    """CloudWatch of an account with two deployments in it."""

    def __init__(self) -> None:
        self.client: Any = boto3.client(
            "logs", "eu-central-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        self.begin_ms = int(time.time() * 1000) - 60_000
        self.groups: set[str] = set()

    def put(self, group: str, stream: str, after_s: float, message: str) -> None:
        if group not in self.groups:
            self.groups.add(group)
            self.client.create_log_group(logGroupName=group)
        if not self.client.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)[
            "logStreams"
        ]:
            self.client.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": self.begin_ms + int(after_s * 1000), "message": message}
        self.client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])

    def event(self, name: str, after_s: float, job_id: str = JOB, **detail: Any) -> None:
        document = {
            "source": "spaceport.train",
            "detail-type": name,
            "detail": {"job_id": job_id, "attempt": 1, "correlation_id": "from-one-upload"}
            | detail,
        }
        self.put(EVENTS, "s", after_s, json.dumps(document))

    def line(self, group: str, after_s: float, job_id: str = JOB, **fields: Any) -> None:
        document = {
            "level": "INFO",
            "job_id": job_id,
            "correlation_id": "from-one-upload",
            **fields,
        }
        self.put(group, "2026/11/28/[$LATEST]abc", after_s, json.dumps(document))


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


def read(account: Account, **changes: Any) -> tuple[int, list[str]]:
    fields = {"job_id": JOB, "deployment": "spaceport", "hours": 1.0, "follow": False}
    console = Console(file=StringIO(), width=200)
    code = logs(account.client, LogOptions(**{**fields, **changes}), console, lambda _s: None)
    return code, console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_events_functions_and_machines_in_order_of_time(account: Account) -> None:
    account.event("StageFailed", 5, stage="train", reason="It is too dark.", remedy="Fly by day.")
    account.put(TRAINING, f"train-{JOB}-01/algo-1-1", 3, "step 1\n")
    account.line(FUNCTION, 2, message="launched")
    account.event("StageStarted", 1, stage="train")
    code, lines = read(account)
    assert [line[16:] for line in lines[:-1]] == [
        "spaceport.train     StageStarted attempt 1 train",
        "train               info launched",
        "train job 01        step 1",
        "spaceport.train     StageFailed attempt 1 train It is too dark. Fly by day.",
    ]
    assert lines[-1] == "correlation id from-one-upload"
    assert code == 1


def test_nothing_that_was_logged_steers_the_terminal_or_breaks_the_command(
    account: Account,
) -> None:
    account.put(TRAINING, f"train-{JOB}-01/algo-1-1", 1, "photo \x1b]0;owned\x07\x1b[2J.jpg")
    account.put(FUNCTION, "2026/11/28/[$LATEST]abc", 2, f'["{JOB}"]')
    account.put(FUNCTION, "2026/11/28/[$LATEST]abc", 3, f"Traceback of {JOB}")
    _, lines = read(account)
    assert [line[36:] for line in lines[:-1]] == [
        "photo  ]0;owned  [2J.jpg",
        f'["{JOB}"]',
        f"Traceback of {JOB}",
    ]


def test_other_jobs_and_other_deployments_are_left_out(account: Account) -> None:
    account.event("SplatCompressed", 1)
    account.event("StageStarted", 2, job_id=OTHER, stage="train")
    account.line(FUNCTION, 3, job_id=OTHER, message="another job's")
    account.line("/aws/lambda/spaceport-dev-train", 4, message="another deployment's")
    account.put(TRAINING, f"train-{OTHER}-01/algo-1-1", 5, "another job's")
    code, lines = read(account)
    assert (code, len(lines)) == (0, 2)


def test_following_ends_with_the_job_and_shows_no_line_twice(account: Account) -> None:
    account.event("StageStarted", 1, stage="train")
    console, looked = Console(file=StringIO(), width=200), []

    def later(_seconds: float) -> None:
        looked.append(1)
        if len(looked) == 2:
            account.event("SplatCompressed", 59)

    options = LogOptions(JOB, "spaceport", 1.0, follow=True)
    assert logs(account.client, options, console, later) == 0
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert (told.count("StageStarted"), told.count("SplatCompressed"), len(looked)) == (1, 1, 2)


def test_nothing_found_says_where_to_look(account: Account) -> None:
    with pytest.raises(UserError, match=f"Nothing is logged of job {JOB}") as refused:
        read(account)
    assert "--stage" in refused.value.remedy


@pytest.mark.parametrize("job_id", ["", "../x", 'a" ? "b', "x" * 40])
def test_what_is_no_job_id_asks_nobody(job_id: str, account: Account) -> None:
    with pytest.raises(UserError, match="is not a job's id"):
        read(account, job_id=job_id)
