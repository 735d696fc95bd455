"""The same world on moto: real EventBridge -> SQS, DynamoDB, S3 and SES semantics, real adapters.

SageMaker stays ours (moto's completes at the first look). Time does not pass in moto: queues show
a message again at once, so what is in one Lambda's hands may come to another's.
"""

import json
from typing import Any, cast

from spaceport_ingest.aws import S3Objects
from spaceport_local.functions.poller import Mapping, poll_once
from spaceport_runtime.consume import Backoff, consume
from tests.choreography.fakes import FakeLedger, FakeStore
from tests.choreography.faults import Crash
from tests.choreography.moto_ports import (
    TOPOLOGY,
    MotoCloud,
    MotoLedger,
    MotoMailer,
    MotoQueue,
    MotoStatusTable,
    MotoStore,
)
from tests.choreography.people import WatchedStatusTable
from tests.choreography.world import MAX_RECEIVES, SERVICE_NAMES, FunctionQueue, Message, World
from tests.fakes_notify import FakeMailer

AT_ONCE = Backoff(0, 0)


class MotoWorld(World):
    """One schedule on moto."""

    steps = 80

    def __init__(self, seed: int, cloud: MotoCloud, jobs: int = 1) -> None:
        self.cloud = cloud
        self.late: list[tuple[float, dict[str, Any]]] = []
        cloud.clear()
        super().__init__(seed, jobs)

    def build_outside(self) -> None:
        s3 = self.cloud.client("s3")
        self.ledger = cast("FakeLedger", MotoLedger(self.cloud, self.index))
        self.store = cast("FakeStore", MotoStore(s3))
        self.objects = S3Objects(s3)
        table = MotoStatusTable(self.cloud.client("dynamodb"))
        self.status = cast("WatchedStatusTable", table)
        self.mailer = cast("FakeMailer", MotoMailer(self.cloud.client("sesv2")))
        self.moto_queues = {name: MotoQueue(self.cloud, name) for name in SERVICE_NAMES}
        self.queues = cast("dict[str, FunctionQueue]", self.moto_queues)

    def route(self, envelope: dict[str, Any]) -> None:
        """PutEvents, now and then twice and late; moto's rules fill moto's queues."""
        for _ in range(self._copies()):
            self.late.append((self.now_s + self.rng.choice((0, 0, 5, 60, 400)), envelope))
        self._put_what_is_due()

    def _put_what_is_due(self) -> None:
        due = [envelope for at_s, envelope in self.late if at_s <= self.now_s]
        self.late = [(at_s, envelope) for at_s, envelope in self.late if at_s > self.now_s]
        for envelope in due:
            is_ours = envelope["source"].startswith("spaceport.")
            entry = {
                "EventBusName": TOPOLOGY.bus if is_ours else "default",
                "Source": envelope["source"],
                "DetailType": envelope["detail-type"],
                "Detail": json.dumps(envelope["detail"]),
            }
            self.cloud.client("events").put_events(Entries=[entry])

    def visible(self, name: str) -> list[Message]:
        self._put_what_is_due()
        return self.moto_queues[name].messages

    def deliver(self, name: str, batch_size: int) -> None:
        """The embedded cloud's own poller hands a batch of at most `batch_size` to a function."""
        self.calls += 1
        queue, sqs = self.moto_queues[name], self.cloud.client("sqs")
        before = self.dice.crash

        def handle(event: dict[str, Any]) -> Any:
            counts = [int(r["attributes"]["ApproximateReceiveCount"]) for r in event["Records"]]
            with self.dice.without_crashes(max(counts) >= MAX_RECEIVES - 2):
                bodies = [record["body"] for record in event["Records"]]
                with self.witness.watch(name, bodies):
                    return consume(event, self.functions[name].routes, queue, AT_ONCE)

        try:
            poll_once(Mapping(queue.url, "", name, handle), SmallBatches(sqs, batch_size))
        except Crash:
            self.dice.crash = before if self.dice.throttle else 0.0

    def poison_some(self) -> None:
        name = self.rng.choice(SERVICE_NAMES)
        body = json.dumps({"account": "1", "detail-type": "Nonsense", "n": self.rng.random()})
        self.poison.append(body)
        sqs = self.cloud.client("sqs")
        sqs.send_message(QueueUrl=self.moto_queues[name].url, MessageBody=body)

    @property
    def is_at_rest(self) -> bool:
        return not self.late and super().is_at_rest


class SmallBatches:
    """An SQS client that receives as few messages as it is told."""

    def __init__(self, sqs: Any, size: int) -> None:
        self._sqs = sqs
        self._size = size

    def receive_message(self, **request: Any) -> Any:
        return self._sqs.receive_message(**request | {"MaxNumberOfMessages": self._size})

    def delete_message_batch(self, **request: Any) -> Any:
        return self._sqs.delete_message_batch(**request)
