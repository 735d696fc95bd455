"""The wiring of the cloud as values, made from the services' declarations.

`Topology.as_dict` is what tests compare: the reviewed wiring, and one cloud with another.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from spaceport_contracts.places import WORK
from spaceport_contracts.uploads import UPLOADS_PREFIX
from spaceport_ingest.tables import TABLE_DEFINITION as UPLOADS_DEFINITION
from spaceport_notify.tables import TABLE_DEFINITION as STATUS_DEFINITION
from spaceport_runtime.service import Service
from spaceport_runtime.tables import LIMITS_DEFINITION
from spaceport_runtime.tables import TABLE_DEFINITION as LEDGER_DEFINITION

BUS = "spaceport"
BUCKET = "spaceport"
ARCHIVE = "spaceport-archive"
LEDGER_TABLE = "spaceport-ledger"
STATUS_TABLE = "spaceport-status"
LIMITS_TABLE = "spaceport-limits"
UPLOADS_TABLE = "spaceport-uploads"
MAX_RECEIVE_COUNT = 5
VISIBILITY_PER_TIMEOUT = 6  # AWS: a queue that feeds a Lambda hides messages six timeouts long
SWEEP_INTERVAL_S = 300


@dataclass(frozen=True)
class QueueSpec:
    """A service's queue and its dead-letter queue."""

    name: str
    dead_letter_name: str
    visibility_timeout_s: int
    max_receive_count: int


@dataclass(frozen=True)
class RuleSpec:
    """An EventBridge rule and the queue that it fills."""

    name: str
    bus: str
    pattern: dict[str, Any]
    queue: str


@dataclass(frozen=True)
class FunctionSpec:
    """A service's Lambda functions, and the queue that feeds them if it listens to anything."""

    service: str
    module: str
    queue: str | None
    timeout_s: int


@dataclass(frozen=True)
class ScheduleSpec:
    """A service whose `on_sweep` is called again and again."""

    service: str
    every_s: int


@dataclass(frozen=True)
class RouteSpec:
    """A path of the HTTP API and the service whose `on_request` answers it."""

    method: str
    path: str
    service: str
    is_open: bool = False


@dataclass(frozen=True)
class TableSpec:
    """A DynamoDB table."""

    name: str
    definition: dict[str, Any]


@dataclass(frozen=True)
class ExpirySpec:
    """Objects that expire: below which prefix, and which of a deployment's settings says when."""

    prefix: str
    kind: Literal["captures", "work"]


# Results, below jobs/, never expire by themselves.
EXPIRING = (
    ExpirySpec(UPLOADS_PREFIX, "captures"),
    ExpirySpec("captures/", "captures"),
    ExpirySpec(f"{WORK}/", "work"),
)


@dataclass(frozen=True)
class Topology:
    """Everything that is created, whichever cloud it is created in."""

    bucket: str
    bus: str
    archive: str
    queues: tuple[QueueSpec, ...]
    rules: tuple[RuleSpec, ...]
    functions: tuple[FunctionSpec, ...]
    schedules: tuple[ScheduleSpec, ...]
    routes: tuple[RouteSpec, ...]
    tables: tuple[TableSpec, ...]
    expiring: tuple[ExpirySpec, ...] = EXPIRING

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for comparison and for print."""
        return asdict(self)


def build_topology(services: Sequence[Service], bucket: str = BUCKET) -> Topology:
    """The topology that the declarations ask for."""
    return Topology(
        bucket=bucket,
        bus=BUS,
        archive=ARCHIVE,
        queues=tuple(_queue(service) for service in services if service.listens),
        rules=tuple(rule for service in services for rule in _rules(service, bucket)),
        functions=tuple(_function(service) for service in services),
        schedules=tuple(
            ScheduleSpec(service.name, SWEEP_INTERVAL_S) for service in services if service.sweeps
        ),
        routes=tuple(
            RouteSpec(route.method, route.path, service.name, route.is_open)
            for service in services
            for route in service.api
        ),
        tables=(
            TableSpec(LEDGER_TABLE, LEDGER_DEFINITION),
            TableSpec(STATUS_TABLE, STATUS_DEFINITION),
            TableSpec(LIMITS_TABLE, LIMITS_DEFINITION),
            TableSpec(UPLOADS_TABLE, UPLOADS_DEFINITION),
        ),
    )


def _queue(service: Service) -> QueueSpec:
    return QueueSpec(
        name=service.queue_name,
        dead_letter_name=service.dead_letter_name,
        visibility_timeout_s=VISIBILITY_PER_TIMEOUT * service.handler_timeout_s,
        max_receive_count=MAX_RECEIVE_COUNT,
    )


def _function(service: Service) -> FunctionSpec:
    return FunctionSpec(
        service=service.name,
        module=service.handler_module,
        queue=service.queue_name if service.listens else None,
        timeout_s=service.handler_timeout_s,
    )


def _rules(service: Service, bucket: str) -> list[RuleSpec]:
    """Rule names carry the service and the detail-type: `train-SparseModelBuilt`."""
    return [
        RuleSpec(
            name=f"{service.name}-{rule.pattern['detail-type'][0].replace(' ', '')}",
            bus=rule.bus,
            pattern=rule.pattern,
            queue=service.queue_name,
        )
        for rule in service.rules(bucket)
    ]
