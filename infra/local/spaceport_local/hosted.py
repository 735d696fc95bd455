"""The functions and SageMaker on this machine, every other AWS service at an endpoint elsewhere.

This is how Spaceport runs on LocalStack: `python -m spaceport_local.hosted` with AWS_ENDPOINT_URL
makes what the topology lists, hosts the handlers behind the queues and runs the jobs. State lies
with the other side; only the jobs' folders are here.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import boto3

from spaceport_local.cloud import CLIENT_CONFIG, QUOTAS
from spaceport_local.edge import HOST, WebServer
from spaceport_local.environment import (
    aws_environment,
    environment,
    function_environment,
    job_environment,
)
from spaceport_local.frontdoor import FrontDoor
from spaceport_local.functions import Function
from spaceport_local.hosting import Hosting
from spaceport_local.resources import create_stores, create_wiring
from spaceport_local.sagemaker.lifecycle import Machine
from spaceport_local.sagemaker.notices import Notices
from spaceport_local.sagemaker.runner import ProcessRunner, Runner
from spaceport_local.sagemaker.service import SageMaker
from spaceport_local.sagemaker.wire import SageMakerEndpoint
from spaceport_local.wake import Bell
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import Topology, build_topology

log = logging.getLogger("spaceport.local")


@dataclass(frozen=True)
class HostedOptions:
    """How the hosted half is set up."""

    endpoint_url: str
    work_dir: Path
    api_port: int = 0
    api_host: str = HOST
    quotas: Mapping[str, int] = field(default_factory=lambda: QUOTAS)
    sweep_interval_s: float = 5.0
    runner: Runner = field(default_factory=ProcessRunner)
    topology: Topology = field(default_factory=lambda: build_topology(SERVICES))


class HostedCloud:
    """Spaceport on somebody else's AWS, from `__enter__` to `__exit__`; one per process."""

    def __init__(self, options: HostedOptions) -> None:
        self._options = options
        self._stack = ExitStack()
        self._clients: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._start_sagemaker(stack)
            self._start_functions(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @property
    def topology(self) -> Topology:
        """What was made."""
        return self._options.topology

    @property
    def api_url(self) -> str:
        """Where the HTTP API answers."""
        return self._front_door.url

    @property
    def sagemaker(self) -> SageMaker:
        """The jobs."""
        return self._sagemaker

    def client(self, service: str) -> Any:
        """A boto3 client of the endpoint."""
        if service not in self._clients:
            session: Any = boto3.Session()
            self._clients[service] = session.client(
                service,
                endpoint_url=self._options.endpoint_url,
                region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=CLIENT_CONFIG,
            )
        return self._clients[service]

    def _start_sagemaker(self, stack: ExitStack) -> None:
        options = self._options
        folder = options.work_dir / "sagemaker"
        folder.mkdir(parents=True, exist_ok=True)
        self._sagemaker = SageMaker(folder, options.quotas)
        server = WebServer(SageMakerEndpoint(self._sagemaker))
        stack.callback(server.stop)
        server.start()
        self._variables = aws_environment(options.endpoint_url, server.url)
        self._sagemaker.machine = Machine(
            s3=self.client("s3"),
            runner=options.runner,
            announce=Notices(self.client("events")),
            environment=job_environment(self._variables),
            checkpoint_interval_s=5.0,
            stop_grace_s=120.0,
            machine_grace_s=20.0,
        )
        stack.callback(self._sagemaker.close)

    def _start_functions(self, stack: ExitStack) -> None:
        topology, bell = self.topology, Bell()
        functions: dict[str, Function] = {}
        door = FrontDoor(topology.routes, functions)
        self._front_door = WebServer(door, self._options.api_port, self._options.api_host)
        stack.callback(self._front_door.stop)
        settings = function_environment(topology, self.api_url)
        stack.enter_context(environment({**self._variables, **settings}))
        boto3.setup_default_session()
        functions |= {spec.service: Function(spec) for spec in topology.functions}
        create_stores(topology, self)
        self.client("s3").put_bucket_notification_configuration(
            Bucket=topology.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        self.client("ses").verify_email_identity(EmailAddress="spaceport@localhost")
        urls = create_wiring(topology, self)
        hosting = Hosting(topology, functions, urls, self, bell)
        stack.callback(hosting.stop)
        hosting.start(self._options.sweep_interval_s)
        self._front_door.start()


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; AWS_ENDPOINT_URL says where AWS is."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    options = HostedOptions(
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        work_dir=Path(os.environ.get("SPACEPORT_WORK_DIR", "out/hosted")),
        api_port=int(os.environ.get("SPACEPORT_API_PORT", "8080")),
        api_host=os.environ.get("SPACEPORT_API_HOST", HOST),
    )
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with HostedCloud(options) as cloud:
        log.info("Spaceport answers at %s", cloud.api_url)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
