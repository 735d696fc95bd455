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

from spaceport_local.aws.archive import Archive, unfinished
from spaceport_local.aws.moto import Moto, reset_moto
from spaceport_local.aws.outbox import Outbox
from spaceport_local.aws.resources import create_stores
from spaceport_local.aws.sessions import Clients
from spaceport_local.aws.tables import Tables
from spaceport_local.compute import Compute, ComputeOptions
from spaceport_local.disk.machine import borrowed_process
from spaceport_local.disk.secrets import KeyPair, keep_secrets
from spaceport_local.disk.state import StateDir
from spaceport_local.functions.bell import Bell
from spaceport_local.http.closed import House
from spaceport_local.s3.downloads import Downloads
from spaceport_local.s3.expiry import Expiry
from spaceport_local.s3.lost import lost_uploads
from spaceport_local.s3.objects import Objects
from spaceport_local.s3.parts import Parts
from spaceport_local.sagemaker.service import SageMaker
from spaceport_topology.wiring import ARCHIVE, BUS

RESUME = "resume"
KEEP_DAYS = {"captures": 30, "work": 30}  # as on AWS, unless said
log = logging.getLogger("spaceport.local")


@dataclass(frozen=True)
class CloudOptions(ComputeOptions):
    """How the embedded cloud is set up, beside what it computes with."""

    state_dir: Path
    aws_port: int = 0
    keep_days: Mapping[str, int] = field(default_factory=lambda: KEEP_DAYS)


class LocalCloud:
    """AWS on this machine, from `start` to `stop`; one per process at a time."""

    _process = threading.Lock()

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._topology = options.topology
        self._state = StateDir(options.state_dir)
        self._stack = ExitStack()
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
    def api_url(self) -> str:
        """Where the HTTP API answers."""
        return self._compute.front_door.url

    @property
    def token(self) -> str:
        """What signs its owner in to the HTTP API."""
        return self._secrets.token

    @property
    def keys(self) -> KeyPair:
        """With which requests to the AWS ports are signed."""
        return self._secrets.keys

    @property
    def outbox(self) -> Path:
        """The folder with the mail that was sent, as .eml files."""
        return self._state.outbox

    @property
    def sagemaker(self) -> SageMaker:
        """The jobs, for those who interrupt or count them."""
        return self._compute.sagemaker

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded cloud."""
        return self._compute.clients.client(service)

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
            self._secrets = keep_secrets(self._state.root)
            stack.enter_context(borrowed_process(self._state))
            self._start_stores(stack)
            self._compute = Compute(
                self._options,
                self._state.jobs,
                self.endpoint_url,
                self._bell,
                self._house,
                self._secrets,
                stack,
                self._state.outbox,
            )
            self._fill_stores()
            self._compute.start(self._heal, self._expiry())
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """End: no new work, running jobs saved and stopped, then everything closed."""
        self._stack.close()

    def resend(self, envelopes: list[dict[str, Any]], replay_name: str) -> int:
        """Send archived events again; those who did their part already recognise it."""
        return self._archive.resend(envelopes, replay_name)

    def _start_stores(self, stack: ExitStack) -> None:
        self._bell = Bell()
        self._house = House(self._options.names)
        self._objects = Objects(self._state.objects)
        stack.callback(self._objects.close)
        self._parts = Parts(self._state.objects, self._state.parts)
        stack.callback(self._parts.close)
        self._tables = Tables(self._state.tables)
        stack.callback(self._tables.close)
        self._archive = Archive(self._state.events, ARCHIVE, BUS)
        stack.callback(self._archive.close)
        outbox = Outbox(self._state.outbox)
        self._moto = Moto(
            self._state.objects,
            Downloads(self._objects),
            [self._objects, self._parts, self._tables, self._archive, outbox],
            self._house,
            self.keys,
            self._bell.ring,
            self._options.aws_port,
        )
        stack.callback(reset_moto)
        stack.callback(self._parts.let_go)
        stack.callback(self._moto.server.stop)

    def _fill_stores(self) -> None:
        """What the last run left, given back to moto; nobody is answered before it is there."""
        with self._moto.privately() as url:
            create_stores(self._topology, Clients(url, self.keys))
        self._objects.restore(self.bucket, self._parts.restore(self.bucket))
        self._tables.restore([table.name for table in self._topology.tables], self._moto.post)
        self._envelopes = self._archive.restore()
        self._archive.watch(self._tell)
        self._archive.start()
        self._moto.server.start()

    def _expiry(self) -> Expiry:
        topology = self._topology
        return Expiry(topology.expiring, self._options.keep_days, self.bucket, self.client("s3"))

    def _tell(self, envelope: dict[str, Any]) -> None:
        for watcher in list(self._watchers):
            watcher(envelope)

    def _heal(self) -> None:
        """What the last run left in its queues is lost: send it again."""
        resent = self.resend(unfinished(self._envelopes), RESUME)
        for key in lost_uploads(self._topology, self.bucket, self.client("s3"), self._envelopes):
            self._objects.announce(self.bucket, key)
            resent += 1
        if resent:
            log.info("sent %d events again that may have been lost", resent)
        self._envelopes = []
