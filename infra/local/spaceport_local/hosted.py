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
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from spaceport_local.aws.resources import create_stores
from spaceport_local.compute import Compute, ComputeOptions
from spaceport_local.disk.secrets import KeyPair, keep_secrets
from spaceport_local.functions.bell import Bell
from spaceport_local.http.closed import OWN_NAMES, House
from spaceport_local.http.server import HOST
from spaceport_local.sagemaker.service import SageMaker
from spaceport_topology.wiring import Topology

LOCALSTACKS_KEYS = KeyPair("test", "test")
log = logging.getLogger("spaceport.local")


@dataclass(frozen=True)
class HostedOptions(ComputeOptions):
    """Where the rest of AWS is, and where the jobs' folders go."""

    endpoint_url: str
    work_dir: Path


class HostedCloud:
    """Spaceport on somebody else's AWS, from `__enter__` to `__exit__`; one per process."""

    def __init__(self, options: HostedOptions) -> None:
        self._options = options
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        options = self._options
        jobs = options.work_dir / "sagemaker"
        jobs.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            house = House(options.names)
            kept = keep_secrets(options.work_dir)
            self._token = kept.token
            secrets = replace(kept, keys=LOCALSTACKS_KEYS)
            self._compute = Compute(
                options, jobs, options.endpoint_url, Bell(), house, secrets, stack
            )
            create_stores(options.topology, self._compute.clients)
            self._compute.start(self._announce_objects)
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
        return self._compute.front_door.url

    @property
    def token(self) -> str:
        """What signs its owner in to the HTTP API."""
        return self._token

    @property
    def sagemaker(self) -> SageMaker:
        """The jobs."""
        return self._compute.sagemaker

    def client(self, service: str) -> Any:
        """A boto3 client of the endpoint."""
        return self._compute.clients.client(service)

    def _announce_objects(self) -> None:
        self.client("s3").put_bucket_notification_configuration(
            Bucket=self.topology.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; AWS_ENDPOINT_URL says where AWS is."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    options = HostedOptions(
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        work_dir=Path(os.environ.get("SPACEPORT_WORK_DIR", "out/hosted")),
        api_port=int(os.environ.get("SPACEPORT_API_PORT", "8080")),
        api_host=os.environ.get("SPACEPORT_API_HOST", HOST),
        names=(*OWN_NAMES, *filter(None, os.environ.get("SPACEPORT_API_NAMES", "").split(","))),
    )
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with HostedCloud(options) as cloud:
        log.info("Spaceport answers at %s; token in %s", cloud.api_url, options.work_dir)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
