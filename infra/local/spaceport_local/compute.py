"""What Spaceport runs itself on this machine, whoever serves the rest of AWS.

SageMaker with jobs as processes, the handlers behind their queues and schedules, and the HTTP API:
the same for the embedded cloud (`cloud.py`) and for an endpoint elsewhere (`hosted.py`).
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from spaceport_local.aws.resources import create_wiring
from spaceport_local.aws.sessions import Clients, renew_default_session
from spaceport_local.aws.signatures import Signed
from spaceport_local.disk.secrets import Secrets
from spaceport_local.environment import (
    aws_environment,
    environment,
    function_environment,
    job_environment,
)
from spaceport_local.functions.bell import Bell
from spaceport_local.functions.function import Function
from spaceport_local.functions.hosting import Hosting
from spaceport_local.functions.schedule import Swept
from spaceport_local.http.closed import OWN_NAMES, Closed, House
from spaceport_local.http.frontdoor import FrontDoor
from spaceport_local.http.outbox import OutboxPages
from spaceport_local.http.pages import DIST, Pages
from spaceport_local.http.refusals import problem_page
from spaceport_local.http.server import HOST, WebServer
from spaceport_local.http.signin import SignIn
from spaceport_local.sagemaker.lifecycle import Machine
from spaceport_local.sagemaker.notices import Notices
from spaceport_local.sagemaker.runner import ProcessRunner, Runner
from spaceport_local.sagemaker.service import SageMaker
from spaceport_local.sagemaker.wire import SageMakerEndpoint
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import Topology, build_topology

QUOTAS = {"ml.g4dn.xlarge": 1, "ml.c6i.2xlarge": 1, "ml.c6i.4xlarge": 2}

API_THREADS = 128  # whoever waits for news of a job (long-poll) has one


@dataclass(frozen=True, kw_only=True)
class ComputeOptions:
    """How both clouds are set up: port 0 is any; types without a quota are not limited.

    `guests`: tokens beside the installation's own, and whose they are. `pages`: the built web app.
    """

    api_port: int = 0
    api_host: str = HOST
    names: tuple[str, ...] = OWN_NAMES
    quotas: Mapping[str, int] = field(default_factory=lambda: QUOTAS)
    sweep_interval_s: float = 5.0
    checkpoint_interval_s: float = 5.0
    job_stop_grace_s: float = 120.0
    shutdown_grace_s: float = 20.0
    runner: Runner = field(default_factory=ProcessRunner)
    topology: Topology = field(default_factory=lambda: build_topology(SERVICES))
    variables: Mapping[str, str] = field(default_factory=dict)
    guests: Mapping[str, str] = field(default_factory=dict)
    pages: Path = DIST


class Compute:
    """SageMaker, functions and API in front of AWS at an endpoint; one per process at a time.

    What it starts ends with `stack`.
    """

    def __init__(
        self,
        options: ComputeOptions,
        jobs: Path,
        endpoint_url: str,
        bell: Bell,
        house: House,
        secrets: Secrets,
        stack: ExitStack,
        outbox: Path | None = None,
    ) -> None:
        self._options = options
        self._endpoint_url = endpoint_url
        self._bell = bell
        self._house = house
        self._keys = secrets.keys
        self._stack = stack
        self._functions: dict[str, Function] = {}
        self.clients = Clients(endpoint_url, secrets.keys)
        self.sagemaker = SageMaker(jobs, options.quotas)
        sign_in = SignIn(secrets.token, options.guests)
        pages = Pages(options.pages, endpoint_url)
        mails = OutboxPages(outbox, sign_in)
        door = FrontDoor(options.topology.routes, self._functions, sign_in, pages, mails)
        closed = Closed(door, house, problem_page)
        self.front_door = WebServer(closed, options.api_port, options.api_host, threads=API_THREADS)
        stack.callback(self.front_door.stop)
        house.page_ports.add(self.front_door.port)

    def start(self, heal: Callable[[], None], *others: Swept) -> None:
        """Begin; `heal` is called when all queues and rules are there and nobody reads them yet.

        `others` are swept as the services are.
        """
        variables = self._start_sagemaker()
        topology = self._options.topology
        settings = function_environment(topology, self.front_door.url)
        every = {**variables, **settings, **self._options.variables}
        self._stack.enter_context(environment(every))
        renew_default_session()
        self._functions |= {spec.service: Function(spec) for spec in topology.functions}
        urls = create_wiring(topology, self.clients)
        self.sagemaker.announce(self.sagemaker.recover())
        heal()
        hosting = Hosting(topology, self._functions, urls, self.clients, self._bell)
        self._stack.callback(self.front_door.stop)
        self._stack.callback(hosting.stop)
        hosting.start(self._options.sweep_interval_s, *others)
        self.front_door.start()

    def _start_sagemaker(self) -> dict[str, str]:
        options = self._options
        signed = Signed(SageMakerEndpoint(self.sagemaker), self._keys)
        server = WebServer(Closed(signed, self._house, problem_page))
        self._stack.callback(server.stop)
        server.start()
        self.clients.redirect("sagemaker", server.url)
        variables = aws_environment(self._endpoint_url, server.url, self._keys)
        self.sagemaker.machine = Machine(
            s3=self.clients.client("s3"),
            runner=options.runner,
            announce=Notices(self.clients.client("events")),
            environment=job_environment(variables),
            checkpoint_interval_s=options.checkpoint_interval_s,
            stop_grace_s=options.job_stop_grace_s,
            machine_grace_s=options.shutdown_grace_s,
        )
        self._stack.callback(self.sagemaker.close)
        return variables
