"""`spaceport jobs --cloud`: the SageMaker jobs of a deployment, the newest first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.show.sentences import human_seconds, one_line
from spaceport_cli.show.voice import say
from spaceport_contracts.events import Stage
from spaceport_runtime.errors import UserError

KINDS = {Stage.SFM: "Processing", Stage.TRAIN: "Training", Stage.COMPRESS: "Processing"}
THREADS = 4  # SageMaker takes some ten descriptions a second
HEADINGS = ("job", "try", "stage", "state", "machine", "began", "took")


@dataclass(frozen=True)
class MachineJob:
    """One SageMaker job; `name` is STAGE-JOB-ATTEMPT."""

    name: str
    state: str
    machine: str
    created_at: datetime
    seconds: float | None
    paid_seconds: float | None
    reason: str

    def cells(self) -> tuple[str, ...]:
        """The line of the table."""
        stage, job_id, attempt = self.name.split("-")
        began = f"{self.created_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        took = "" if self.seconds is None else human_seconds(self.seconds)
        return (job_id, attempt.lstrip("0"), stage, self.state, self.machine, began, took)


def jobs(client: Any, deployment: str, hours: float, console: Console) -> int:
    """Print them; `client` is SageMaker's, and only the deployment's own jobs count."""
    if not 0 < hours <= 24 * 365:
        raise UserError(f"{hours:g} hours cannot be looked back.", "Give --hours up to 8,760.")
    since = datetime.now(UTC) - timedelta(hours=hours)
    try:
        found = sorted(_found(client, deployment, since), key=lambda job: job.created_at)[::-1]
    except (ClientError, BotoCoreError) as error:
        raise UserError(
            f"SageMaker could not be asked ({one_line(str(error))}).",
            "Look at --profile and --region.",
        ) from error
    if not found:
        say(console, f"No machine worked in the last {hours:g} hours.")
        return EXIT_DONE
    rows = [HEADINGS, *(job.cells() for job in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for line, job in zip(lines, [None, *found], strict=True):
        say(console, line)
        if job is not None and job.reason:
            say(console, f"  {one_line(job.reason)}")
        if job is not None and job.seconds and job.paid_seconds is not None:
            say(console, f"  Spot: {human_seconds(job.paid_seconds)} of it were paid for")
    return EXIT_DONE


def _found(client: Any, deployment: str, since: datetime) -> Iterator[MachineJob]:
    names = [
        (name, kind) for stage, kind in KINDS.items() for name in _names(client, stage, kind, since)
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        described = pool.map(lambda each: (_describe(client, *each), each[1]), names)
        for document, kind in described:
            if _belongs(document, deployment):
                yield _job(document, kind)


def _names(client: Any, stage: Stage, kind: str, since: datetime) -> list[str]:
    """Of the stage's jobs, running ones and ended ones."""
    pages = client.get_paginator(f"list_{kind.lower()}_jobs").paginate(
        NameContains=f"{stage.value}-", CreationTimeAfter=since
    )
    listed = [each[f"{kind}JobName"] for page in pages for each in page[f"{kind}JobSummaries"]]
    return [name for name in listed if name.startswith(f"{stage.value}-") and name.count("-") == 2]


def _describe(client: Any, name: str, kind: str) -> dict[str, Any]:
    request = {f"{kind}JobName": name}
    described: dict[str, Any] = getattr(client, f"describe_{kind.lower()}_job")(**request)
    return described


def _belongs(document: dict[str, Any], deployment: str) -> bool:
    """Another deployment of the account has a bus of another name."""
    return bool(document.get("Environment", {}).get("SPACEPORT_BUS_NAME") == deployment)


def _job(document: dict[str, Any], kind: str) -> MachineJob:
    machines = document.get("ResourceConfig") or document["ProcessingResources"]["ClusterConfig"]
    state, secondary = document[f"{kind}JobStatus"], document.get("SecondaryStatus", "")
    began, ended = document.get(f"{kind}StartTime"), document.get(f"{kind}EndTime")
    until = ended or (datetime.now(UTC) if began else None)
    return MachineJob(
        name=document[f"{kind}JobName"],
        state=secondary if state == "InProgress" and secondary else state,
        machine=machines["InstanceType"],
        created_at=document["CreationTime"],
        seconds=(until - began).total_seconds() if began and until else None,
        paid_seconds=document.get("BillableTimeInSeconds") if _is_spot(document) else None,
        reason=document.get("FailureReason", "") or document.get("ExitMessage", ""),
    )


def _is_spot(document: dict[str, Any]) -> bool:
    return bool(document.get("EnableManagedSpotTraining"))
