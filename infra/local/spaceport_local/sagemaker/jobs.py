"""A SageMaker job as the API describes it, and its place on disk."""

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.disk.journal import write_json

Kind = Literal["Processing", "Training"]
KINDS: tuple[Kind, ...] = ("Processing", "Training")
OVER = ("Completed", "Failed", "Stopped")
log = logging.getLogger("spaceport.local")
NAME_PATTERN = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


class ApiError(Exception):
    """An answer that boto3 raises as a ClientError."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Control:
    """What others want of a running job; it looks here several times a second."""

    stop: bool = False
    interrupt: bool = False
    machine_stops: bool = False


@dataclass
class Job:
    """One job: what was asked for, and what DescribeJob answers."""

    kind: Kind
    request: dict[str, Any]
    document: dict[str, Any]
    folder: Path
    control: Control = field(default_factory=Control)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.request[f"{self.kind}JobName"])

    @property
    def root(self) -> Path:
        """What is /opt/ml to the job's program."""
        return self.folder / "opt" / "ml"

    @property
    def log(self) -> Path:
        """What the program printed."""
        return self.folder / "job.log"

    @property
    def status(self) -> str:
        """InProgress, Stopping, Completed, Failed or Stopped."""
        return str(self.document[f"{self.kind}JobStatus"])

    @property
    def is_over(self) -> bool:
        """Nothing more will happen."""
        return self.status in OVER

    @property
    def instance_type(self) -> str:
        """The machine that it occupies."""
        return instance_type_of(self.kind, self.request)

    @property
    def usage(self) -> str:
        """What AWS counts the machine as."""
        return usage_of(self.kind, self.request)

    def describe(self) -> dict[str, Any]:
        """A copy of the document."""
        with self.lock:
            return dict(self.document)

    def set(self, **fields: Any) -> None:
        """Change the document and write it down."""
        with self.lock:
            self.document |= fields
            self.document["LastModifiedTime"] = now_s()
            try:
                self.save()
            except OSError as error:
                # The next change writes all of it; a job must reach its end without a disk, too.
                log.warning("the state of %s is not on disk: %s", self.name, error)

    def save(self) -> None:
        """Write the job down, whole."""
        with self.lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            content = {"kind": self.kind, "request": self.request, "document": self.document}
            write_json(self.folder / "job.json", content)

    def enter(self, secondary: str, message: str = "") -> None:
        """Begin a training job's next phase; processing jobs have none."""
        if self.kind == "Processing":
            self.set()
            return
        with self.lock:
            moment = now_s()
            transitions = [dict(step) for step in self.document["SecondaryStatusTransitions"]]
            if transitions:
                transitions[-1]["EndTime"] = moment
            transitions.append({"Status": secondary, "StartTime": moment, "StatusMessage": message})
            self.set(SecondaryStatus=secondary, SecondaryStatusTransitions=transitions)


Announce = Callable[[Job], None]


def new_job(kind: Kind, request: dict[str, Any], folder: Path) -> Job:
    """A job that has just been accepted."""
    moment = now_s()
    name = request[f"{kind}JobName"]
    document = {field: value for field, value in request.items() if field != "Tags"}
    document |= {
        f"{kind}JobArn": arn_of(kind, name),
        f"{kind}JobStatus": "InProgress",
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }
    if kind == "Training":
        document |= {"SecondaryStatus": "Starting", "SecondaryStatusTransitions": []}
    return Job(kind, request, document, folder)


def arn_of(kind: Kind, name: str) -> str:
    """A job's ARN."""
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind.lower()}-job/{name}"


def instance_type_of(kind: Kind, request: dict[str, Any]) -> str:
    """The instance type that a request asks for."""
    if kind == "Processing":
        return str(request["ProcessingResources"]["ClusterConfig"]["InstanceType"])
    return str(request["ResourceConfig"].get("InstanceType", ""))


def usage_of(kind: Kind, request: dict[str, Any]) -> str:
    """The name under which AWS counts machines."""
    if request.get("EnableManagedSpotTraining"):
        return "spot training job usage"
    return f"{kind.lower()} job usage"


def now_s() -> float:
    """Seconds since 1970, in the milliseconds that SageMaker knows."""
    return round(time.time(), 3)


def is_name(name: str) -> bool:
    """Whether SageMaker accepts it."""
    return re.fullmatch(NAME_PATTERN, name) is not None
