"""How a service declares itself: what it consumes and publishes, and the job it runs.

The declarations are the whole wiring: `infra/topology` makes rules, queues and functions of
them, and `docs/pipeline.md` is generated from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spaceport_contracts.events import Event
from spaceport_contracts.results import Rasteriser

DLQ_SUFFIX = "-dlq"
JobKind = Literal["processing", "training"]
STATE_CHANGE = {
    "processing": "SageMaker Processing Job State Change",
    "training": "SageMaker Training Job State Change",
}


def named(logical: str, deployment: str) -> str:
    """`spaceport-sfm` -> its name in a deployment, `spaceport-dev-sfm`; so that two never meet."""
    return deployment + logical.removeprefix("spaceport")


@dataclass(frozen=True)
class Rule:
    """One EventBridge rule: the bus it stands on and the pattern it matches."""

    bus: Literal["spaceport", "default"]
    pattern: dict[str, Any]


@dataclass(frozen=True)
class Listen:
    """An interest in one of our events, optionally only with certain field values."""

    event: type[Event]
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def rule(self) -> Rule:
        """The EventBridge rule for this interest."""
        pattern: dict[str, Any] = {
            "source": [{"prefix": "spaceport."}],
            "detail-type": [self.event.detail_type()],
        }
        if self.where:
            pattern["detail"] = {name: list(values) for name, values in self.where.items()}
        return Rule("spaceport", pattern)


@dataclass(frozen=True)
class Upload:
    """An interest in objects that appear in the bucket.

    `key_patterns` (they may hold `*`) start something, so that a lost event is sent again;
    everything below the `watched` prefix is looked at when it appears.
    """

    key_patterns: tuple[str, ...]
    watched: str = ""


@dataclass(frozen=True)
class Notice:
    """An interest in what an AWS service says on the default bus, by its detail-types."""

    source: str
    detail_types: tuple[str, ...]

    def rules(self) -> list[Rule]:
        """One rule for each detail-type."""
        return [
            Rule("default", {"source": [self.source], "detail-type": [name]})
            for name in self.detail_types
        ]


@dataclass(frozen=True)
class Machine:
    """An instance type of the account; `up_to_photos`: the largest capture (standard) it is for."""

    instance_type: str
    up_to_photos: int | None = None


@dataclass(frozen=True)
class JobSpec:
    """The SageMaker job that a stage runs, unless the deployment's `StageSettings` say otherwise.

    `max_wait_s`: how long a job on Spot machines may take, the waiting for one included.
    `machines`: the account's, smallest first, where a capture's size decides (`stage/machines.py`).
    `rasteriser`: what train must draw with; `auto` takes what the machine has.
    """

    kind: JobKind
    program: str
    image: str
    instance_type: str
    max_runtime_s: int
    volume_gb: int
    use_spot: bool = False
    max_wait_s: int = 0
    spot_attempts: int = 2
    machines: tuple[Machine, ...] = ()
    rasteriser: Rasteriser = "auto"


@dataclass(frozen=True)
class Route:
    """One path of the HTTP API.

    `is_open`: answered without a sign-in, because its path holds a secret that opens one thing.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    is_open: bool = False


@dataclass(frozen=True)
class Service:
    """A service: read this first, then its handler."""

    name: str
    purpose: str
    consumes: tuple[Listen, ...]
    publishes: tuple[type[Event], ...]
    uploads: Upload | None = None
    notices: Notice | None = None
    job: JobSpec | None = None
    api: tuple[Route, ...] = ()
    sweeps: bool = False
    handler_timeout_s: int = 60

    @property
    def listens(self) -> bool:
        """Whether anything can arrive for it; only then has it a queue and `on_message`."""
        return bool(self.consumes or self.uploads or self.notices or self.job)

    @property
    def handler_module(self) -> str:
        """The module with `on_message`, `on_sweep` and `on_request`, each where declared."""
        return f"spaceport_{self.name}.handler"

    @property
    def queue_name(self) -> str:
        """Its one queue."""
        return f"spaceport-{self.name}"

    @property
    def dead_letter_name(self) -> str:
        """Where messages go that can never be handled."""
        return self.queue_name + DLQ_SUFFIX

    def rules(self, bucket: str) -> tuple[Rule, ...]:
        """Everything that ends up in its queue."""
        rules = [listen.rule() for listen in self.consumes]
        if self.uploads:
            keys = [{"wildcard": pattern} for pattern in self.uploads.key_patterns]
            if self.uploads.watched:
                keys.append({"prefix": self.uploads.watched})
            detail = {"bucket": {"name": [bucket]}, "object": {"key": keys}}
            pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
            rules.append(Rule("default", pattern))
        if self.notices:
            rules += self.notices.rules()
        if self.job:
            name_field = f"{self.job.kind.capitalize()}JobName"
            pattern = {
                "source": ["aws.sagemaker"],
                "detail-type": [STATE_CHANGE[self.job.kind]],
                "detail": {name_field: [{"prefix": f"{self.name}-"}]},
            }
            rules.append(Rule("default", pattern))
        return tuple(rules)
