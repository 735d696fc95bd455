"""`spaceport logs JOB --cloud`: all that a deployment logged about a job, in order of time.

Three kinds of log groups know it: the bus's events (Spaceport-Watch keeps them), the functions',
whose lines carry the job's id and its correlation id, and SageMaker's, whose streams bear its name.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from spaceport_cli.run.follow import EXIT_DONE, EXIT_FAILED
from spaceport_cli.show.sentences import one_line
from spaceport_cli.show.voice import say
from spaceport_contracts.events import EVENT_TYPES, JOB_ID_PATTERN, SplatCompressed, Stage
from spaceport_runtime.errors import UserError
from spaceport_topology.services import SERVICES

MACHINES = {
    "/aws/sagemaker/ProcessingJobs": (Stage.SFM, Stage.COMPRESS),
    "/aws/sagemaker/TrainingJobs": (Stage.TRAIN,),
}
LOOK_AGAIN_S = 5.0
OVERLAP_S = 60.0  # CloudWatch shows a line up to so long after the moment that it bears
OF_SERVICES = {service.name for service in SERVICES}
ENDS = {name for name, event in EVENT_TYPES.items() if event.terminal}
SHOWN = ("message", "reason", "code", "detail", "exception")


@dataclass(frozen=True)
class LogOptions:
    """What was typed."""

    job_id: str
    deployment: str
    hours: float
    follow: bool


@dataclass(frozen=True)
class Line:
    """One line of one log."""

    at: datetime
    source: str
    text: str
    end: str = ""

    def shown(self) -> str:
        """As it is printed, in UTC; nothing that was logged may steer the terminal."""
        text = "".join(each if each.isprintable() else " " for each in self.text)
        return f"{self.at:%m-%d %H:%M:%S}  {self.source:<18}  {text}"


@dataclass
class JobLog:
    """A deployment's logs, as far as they are about one job and have not been read."""

    client: Any
    job_id: str
    deployment: str
    correlation_ids: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def read_new(self, since: datetime) -> list[Line]:
        """Lines from `since` on that were not read before, in order of time."""
        lines = [line for group in self._groups() for line in self._new_of(group, since)]
        return sorted(lines, key=lambda line: line.at)

    def _groups(self) -> list[str]:
        """Those that exist: a group of SageMaker's appears with its first job."""
        prefixes = (f"/aws/events/{self.deployment}", f"/aws/lambda/{self.deployment}-", *MACHINES)
        found = [
            group["logGroupName"]
            for prefix in prefixes
            for page in self.client.get_paginator("describe_log_groups").paginate(
                logGroupNamePrefix=prefix
            )
            for group in page["logGroups"]
        ]
        return [group for group in found if self._is_ours(group)]

    def _is_ours(self, group: str) -> bool:
        """`spaceport-dev-sfm` begins like a function of `spaceport`, and is none."""
        name = group.removeprefix(f"/aws/lambda/{self.deployment}-").split("-")[0]
        is_function = group.startswith("/aws/lambda/") and name in OF_SERVICES
        return is_function or group in (f"/aws/events/{self.deployment}", *MACHINES)

    def _new_of(self, group: str, since: datetime) -> Iterator[Line]:
        for event in self._events(group, since):
            if event["eventId"] not in self._seen:
                self._seen.add(event["eventId"])
                yield self._line(group, event)

    def _events(self, group: str, since: datetime) -> Iterator[dict[str, Any]]:
        request = {"logGroupName": group, "startTime": int(since.timestamp() * 1000)}
        pages = self.client.get_paginator("filter_log_events")
        if group not in MACHINES:
            wanted = pages.paginate(filterPattern=f'"{self.job_id}"', **request)
            yield from (event for page in wanted for event in page["events"])
            return
        for stream in self._streams(group):
            found = pages.paginate(logStreamNames=[stream], **request)
            yield from (event for page in found for event in page["events"])

    def _streams(self, group: str) -> list[str]:
        """SageMaker's, one or two a machine."""
        pages = self.client.get_paginator("describe_log_streams")
        return [
            stream["logStreamName"]
            for stage in MACHINES[group]
            for page in pages.paginate(
                logGroupName=group, logStreamNamePrefix=f"{stage.value}-{self.job_id}-"
            )
            for stream in page["logStreams"]
        ]

    def _line(self, group: str, event: dict[str, Any]) -> Line:
        at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        message = event["message"].rstrip()
        if group in MACHINES:
            stage, _, rest = event["logStreamName"].partition("-")
            return Line(at, f"{stage} job {rest.split('-')[1].split('/')[0]}", message)
        source = group.rpartition("/")[2].removeprefix(f"{self.deployment}-")
        try:
            document = json.loads(message)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            return Line(at, source, message)
        if group.startswith("/aws/events/"):
            return self._event(at, document)
        self._correlate(document)
        level = str(document.get("level", "")).lower()
        told = [one_line(str(document[key])) for key in SHOWN if document.get(key)]
        return Line(at, source, " ".join([level, *told]).strip() or message)

    def _event(self, at: datetime, envelope: dict[str, Any]) -> Line:
        name, detail = str(envelope.get("detail-type", "")), envelope.get("detail", {})
        self._correlate(detail)
        told = [str(detail[key]) for key in ("stage", "reason", "remedy") if detail.get(key)]
        text = one_line(" ".join([name, f"attempt {detail.get('attempt')}", *told]))
        return Line(at, str(envelope.get("source", "bus")), text, name if name in ENDS else "")

    def _correlate(self, document: dict[str, Any]) -> None:
        if document.get("correlation_id"):
            self.correlation_ids.add(str(document["correlation_id"]))


def logs(
    client: Any,
    options: LogOptions,
    console: Console,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Print them; with `follow` until the job ends. Nothing found is an error with its remedy."""
    if not re.fullmatch(JOB_ID_PATTERN, options.job_id):
        raise UserError(f"'{options.job_id}' is not a job's id.", "Take it from 'spaceport jobs'.")
    log = JobLog(client, options.job_id, options.deployment)
    since = datetime.now(UTC) - timedelta(hours=options.hours)
    last_end, found = "", False
    try:
        while True:
            for line in log.read_new(since):
                say(console, line.shown())
                last_end, found = line.end or last_end, True
            if not options.follow or last_end:
                break
            since = max(since, datetime.now(UTC) - timedelta(seconds=OVERLAP_S))
            sleep(LOOK_AGAIN_S)
    except (ClientError, BotoCoreError) as error:
        told = f"CloudWatch could not be asked ({one_line(str(error))})."
        raise UserError(told, "Look at --profile and --region.") from error
    if not found:
        raise UserError(
            f"Nothing is logged of job {options.job_id} in the last {options.hours:g} hours.",
            "Look at --stage and --region, or further back with --hours.",
        )
    say(console, f"correlation id {', '.join(sorted(log.correlation_ids)) or 'unknown'}")
    return EXIT_FAILED if last_end and last_end != SplatCompressed.detail_type() else EXIT_DONE
