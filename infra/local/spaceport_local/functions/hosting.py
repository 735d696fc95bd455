"""The threads that call the functions: one per queue, and one for the sweeps."""

from collections.abc import Mapping
from typing import Any

from spaceport_local.aws.resources import Clients
from spaceport_local.functions.bell import Bell
from spaceport_local.functions.function import Function
from spaceport_local.functions.poller import Mapping as QueueMapping
from spaceport_local.functions.poller import Poller
from spaceport_local.functions.schedule import Schedule, Swept
from spaceport_topology.wiring import Topology

JOIN_S = 10.0


class Hosting:
    """Starts and stops them together."""

    def __init__(
        self,
        topology: Topology,
        functions: Mapping[str, Function],
        queue_urls: Mapping[str, str],
        clients: Clients,
        bell: Bell,
    ) -> None:
        self._topology = topology
        self._functions = functions
        sqs = clients.client("sqs")
        self._pollers = [
            Poller(_mapping(functions[spec.service], queue_urls[spec.queue], sqs), sqs, bell)
            for spec in topology.functions
            if spec.queue
        ]
        self._schedules: list[Schedule] = []

    def start(self, sweep_interval_s: float, *others: Swept) -> None:
        """Begin; the first sweep is at once. `others` are swept with the services."""
        for poller in self._pollers:
            poller.start()
        swept = [self._functions[spec.service] for spec in self._topology.schedules]
        self._schedules = [Schedule([*swept, *others], sweep_interval_s)]
        for schedule in self._schedules:
            schedule.start()

    def stop(self) -> None:
        """End after what is in hand."""
        threads: list[Poller | Schedule] = [*self._pollers, *self._schedules]
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join(JOIN_S)


def _mapping(function: Function, queue_url: str, sqs: Any) -> QueueMapping:
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    return QueueMapping(queue_url, arn, function.name, function.on_message)
