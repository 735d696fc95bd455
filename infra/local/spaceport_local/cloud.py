"""The cloud on one machine: AWS's services in this process, the handlers behind their queues.

    with LocalCloud(CloudOptions(state_dir=Path("out/state"))) as cloud:
        cloud.client("s3").upload_file("capture.zip", cloud.bucket, "uploads/capture.zip")

Everything that a later run needs is in the state folder when it is acknowledged: objects, tables,
SageMaker's jobs, the archive of events. Messages in queues are not; a start heals that by sending
the archived events of unfinished jobs again, which is harmless for what is done already.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from botocore.config import Config

from spaceport_local.account import REGION
from spaceport_local.archive import Archive, unfinished
from spaceport_local.downloads import Downloads
from spaceport_local.edge import Moto, Observer, WebServer, reset_moto
from spaceport_local.environment import (
    aws_environment,
    environment,
    function_environment,
    job_environment,
)
from spaceport_local.frontdoor import FrontDoor
from spaceport_local.functions import Function
from spaceport_local.hosting import Hosting
from spaceport_local.machine import process_settings
from spaceport_local.objects import Objects
from spaceport_local.outbox import Outbox
from spaceport_local.resources import create_stores, create_wiring
from spaceport_local.sagemaker.lifecycle import Machine
from spaceport_local.sagemaker.notices import Notices
from spaceport_local.sagemaker.runner import ProcessRunner, Runner
from spaceport_local.sagemaker.service import SageMaker
from spaceport_local.sagemaker.wire import SageMakerEndpoint
from spaceport_local.sessions import new_session, renew_default_session
from spaceport_local.state import StateDir
from spaceport_local.tables import Tables
from spaceport_local.uploads import lost_uploads
from spaceport_local.wake import Bell
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import ARCHIVE, BUS, Topology, build_topology

QUOTAS = {"ml.g4dn.xlarge": 1, "ml.c6i.2xlarge": 1, "ml.c6i.4xlarge": 2}
CLIENT_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 3},
    max_pool_connections=32,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
RESUME = "resume"
log = logging.getLogger("spaceport.local")


@dataclass(frozen=True)
class CloudOptions:
    """How the embedded cloud is set up: port 0 is any; types without a quota are not limited."""

    state_dir: Path
    api_port: int = 0
    aws_port: int = 0
    quotas: Mapping[str, int] = field(default_factory=lambda: QUOTAS)
    sweep_interval_s: float = 5.0
    checkpoint_interval_s: float = 5.0
    job_stop_grace_s: float = 120.0
    shutdown_grace_s: float = 20.0
    runner: Runner = field(default_factory=ProcessRunner)
    topology: Topology = field(default_factory=lambda: build_topology(SERVICES))
    variables: Mapping[str, str] = field(default_factory=dict)


class LocalCloud:
    """AWS on this machine, from `start` to `stop`; one per process at a time."""

    _process = threading.Lock()

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._topology = options.topology
        self._state = StateDir(options.state_dir)
        self._stack = ExitStack()
        self._session: Any = new_session()
        self._clients: dict[str, Any] = {}
        self._watchers: list[Callable[[dict[str, Any]], None]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def bucket(self) -> str:
        """The one bucket."""
        return self._topology.bucket

    @property
    def endpoint_url(self) -> str:
        """Where AWS answers, all but SageMaker."""
        return self._moto.server.url

    @property
    def sagemaker_url(self) -> str:
        """Where SageMaker answers."""
        return self._sagemaker_server.url

    @property
    def api_url(self) -> str:
        """Where the HTTP API answers."""
        return self._front_door.url

    @property
    def outbox(self) -> Path:
        """The folder with the mail that was sent, as .eml files."""
        return self._state.outbox

    @property
    def sagemaker(self) -> SageMaker:
        """The jobs, for those who interrupt or count them."""
        return self._sagemaker

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded cloud."""
        if service not in self._clients:
            url = self.sagemaker_url if service == "sagemaker" else self.endpoint_url
            self._clients[service] = self._session.client(
                service,
                endpoint_url=url,
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=CLIENT_CONFIG,
            )
        return self._clients[service]

    def watch(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call `callback` with every event on the spaceport bus from now on, in order.

        May be called before `start`; the callback runs in a thread of its own.
        """
        self._watchers.append(callback)

    def start(self) -> None:
        """Begin, or go on where the last run in this state folder ended.

        Raises UserError for a folder in use or not writable, and for a busy port.
        """
        if not self._process.acquire(blocking=False):
            raise RuntimeError("this process runs a LocalCloud already: moto is one per process")
        with ExitStack() as stack:
            stack.callback(self._process.release)
            self._state.acquire()
            stack.callback(self._state.release)
            stack.enter_context(process_settings(self._state))
            self._start_stores(stack)
            self._start_sagemaker(stack)
            self._start_functions(stack)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """End: no new work, running jobs saved and stopped, then everything closed."""
        self._stack.close()
        self._clients.clear()

    def resend(self, envelopes: list[dict[str, Any]], replay_name: str) -> int:
        """Send archived events again; those who did their part already recognise it."""
        sent = self._archive.resend(envelopes, replay_name)
        self._bell.ring()
        return sent

    def _start_stores(self, stack: ExitStack) -> None:
        self._bell = Bell()
        self._objects = Objects(self._state.objects, self._bell.ring)
        stack.callback(self._objects.close)
        self._tables = Tables(self._state.tables)
        stack.callback(self._tables.close)
        self._archive = Archive(self._state.events, ARCHIVE, BUS)
        stack.callback(self._archive.close)
        outbox = Outbox(self._state.outbox)
        observers: list[Observer] = [self._objects, self._tables, self._archive, outbox, self._bell]
        self._moto = Moto(Downloads(self._objects), observers, self._options.aws_port)
        stack.callback(reset_moto)
        stack.callback(self._moto.server.stop)
        self._moto.server.start()
        create_stores(self._topology, self)
        self._objects.restore(self.bucket)
        self._tables.restore([table.name for table in self._topology.tables], self._moto.post)
        self._envelopes = self._archive.restore()
        self._archive.watch(self._tell)
        self._archive.start()

    def _tell(self, envelope: dict[str, Any]) -> None:
        for watcher in list(self._watchers):
            watcher(envelope)

    def _start_sagemaker(self, stack: ExitStack) -> None:
        options = self._options
        self._sagemaker = SageMaker(self._state.jobs, options.quotas)
        self._sagemaker_server = WebServer(SageMakerEndpoint(self._sagemaker))
        stack.callback(self._sagemaker_server.stop)
        self._sagemaker_server.start()
        self._variables = aws_environment(self.endpoint_url, self.sagemaker_url)
        self._sagemaker.machine = Machine(
            s3=self.client("s3"),
            runner=options.runner,
            announce=Notices(self.client("events")),
            environment=job_environment(self._variables),
            checkpoint_interval_s=options.checkpoint_interval_s,
            stop_grace_s=options.job_stop_grace_s,
            machine_grace_s=options.shutdown_grace_s,
        )
        stack.callback(self._sagemaker.close)

    def _start_functions(self, stack: ExitStack) -> None:
        topology = self._topology
        functions: dict[str, Function] = {}
        door = FrontDoor(topology.routes, functions)
        self._front_door = WebServer(door, self._options.api_port)
        stack.callback(self._front_door.stop)
        settings = function_environment(topology, self.api_url)
        stack.enter_context(environment({**self._variables, **settings, **self._options.variables}))
        renew_default_session()
        functions |= {spec.service: Function(spec) for spec in topology.functions}
        urls = create_wiring(topology, self)
        interrupted = self._sagemaker.recover()
        self._sagemaker.announce(interrupted)
        self._heal()
        hosting = Hosting(topology, functions, urls, self, self._bell)
        stack.callback(self._front_door.stop)
        stack.callback(hosting.stop)
        hosting.start(self._options.sweep_interval_s)
        self._front_door.start()

    def _heal(self) -> None:
        """What the last run left in its queues is lost: send it again."""
        resent = self.resend(unfinished(self._envelopes), RESUME)
        for key in lost_uploads(self._topology, self.bucket, self.client("s3"), self._envelopes):
            self._objects.announce(self.bucket, key)
            resent += 1
        if resent:
            log.info("sent %d events again that may have been lost", resent)
        self._envelopes = []
