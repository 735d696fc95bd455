"""The same world on moto: real EventBridge -> SQS, DynamoDB, S3 and SES semantics, real adapters.

SageMaker stays ours (moto's completes at the first look). Time does not pass in moto: queues show
a message again at once, so what is in one Lambda's hands may come to another's.
"""

import email
import json
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, cast

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from spaceport_contracts.artifacts import split_uri
from spaceport_contracts.events import Event
from spaceport_ingest.aws import S3Objects
from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.poller import Mapping, poll_once
from spaceport_local.resources import create_stores, create_wiring
from spaceport_local.services import SERVICES
from spaceport_local.topology import LEDGER_TABLE, STATUS_TABLE, build_topology
from spaceport_notify.aws import DynamoStatusTable, SesMailer
from spaceport_notify.ports import Commit
from spaceport_notify.view import JobView
from spaceport_runtime.aws.errors import code_of
from spaceport_runtime.aws.ledger import DynamoLedger
from spaceport_runtime.aws.queue import REASON_ATTRIBUTE, SqsQueue
from spaceport_runtime.aws.store import S3Store
from spaceport_runtime.consume import Backoff, consume
from spaceport_runtime.ports import End, EndKind, RunKey
from tests.choreography.fakes import FakeLedger, FakeStore
from tests.choreography.faults import Crash
from tests.choreography.people import Watch, WatchedStatusTable
from tests.choreography.world import MAX_RECEIVES, SERVICE_NAMES, FunctionQueue, Message, World
from tests.fakes_notify import FakeMailer

SENDER = "spaceport@example.org"  # of the desk in fakes_notify
UNSIGNED = Config(signature_version=botocore.UNSIGNED)  # nobody checks, and it takes time
AT_ONCE = Backoff(0, 0)
TOPOLOGY = build_topology(SERVICES)


class MotoCloud:
    """The account in which all schedules of a test take place, one after the other."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self.tables: Any = boto3.resource("dynamodb", region_name=REGION, config=UNSIGNED)
        create_stores(TOPOLOGY, self)
        self.urls = create_wiring(TOPOLOGY, self)
        self.client("ses").verify_email_identity(EmailAddress=SENDER)
        for url in self.urls.values():
            self.client("sqs").set_queue_attributes(
                QueueUrl=url, Attributes={"VisibilityTimeout": "0"}
            )

    def client(self, service: str) -> Any:
        if service not in self._clients:
            session: Any = boto3
            config = UNSIGNED if service in ("dynamodb", "events", "sqs") else None
            self._clients[service] = session.client(service, region_name=REGION, config=config)
        return self._clients[service]

    def clear(self) -> None:
        """Forget the schedule before: tables, queues, mail."""
        dynamodb = self.client("dynamodb")
        for table in TOPOLOGY.tables:
            dynamodb.delete_table(TableName=table.name)
            dynamodb.create_table(TableName=table.name, **table.definition)
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            queue._messages.clear()  # PurgeQueue is allowed once a minute
        ses_backends[ACCOUNT][REGION].sent_messages.clear()

    def lying_in(self, queue_name: str) -> list[Any]:
        """moto's messages of a queue, looked at without receiving them."""
        return list(sqs_backends[ACCOUNT][REGION].queues[queue_name].messages)


class MotoLedger(DynamoLedger):
    """The ledger in DynamoDB, with its rows as the invariants read them."""

    def __init__(self, cloud: MotoCloud) -> None:
        super().__init__(cloud.tables.Table(LEDGER_TABLE))

    def _rows(self, kind: str) -> Iterator[tuple[list[str], dict[str, Any]]]:
        for item in self._table.scan()["Items"]:
            first, *rest = str(item["id"]).split("#")
            if first == kind:
                yield rest, item

    @property
    def ends(self) -> dict[tuple[str, int], End]:
        return {(job_id, int(n)): _end(item) for (job_id, n), item in self._rows("end")}

    @property
    def runs(self) -> list[RunKey]:
        return [RunKey(stage, job_id, int(n)) for (stage, job_id, n), _ in self._rows("run")]

    @property
    def open(self) -> list[RunKey]:
        rows = [(key, item) for key, item in self._rows("run") if "open_stage" in item]
        return [RunKey(stage, job_id, int(n)) for (stage, job_id, n), _ in rows]

    @property
    def jobs(self) -> dict[str, tuple[str, int]]:
        return {
            job_id: (item["record"], int(item["attempts"])) for (job_id,), item in self._rows("job")
        }


def _end(item: dict[str, Any]) -> End:
    following = item.get("next_attempt")
    return End(EndKind(item["kind"]), item["ended_by"], int(following) if following else None)


class S3Dict(MutableMapping[str, bytes]):
    """S3 as the dict that the world expects."""

    def __init__(self, client: Any) -> None:
        self._s3 = client

    def __getitem__(self, uri: str) -> bytes:
        bucket, key = split_uri(uri)
        try:
            content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise KeyError(uri) from error
            raise
        return content

    def __setitem__(self, uri: str, content: bytes) -> None:
        bucket, key = split_uri(uri)
        self._s3.put_object(Bucket=bucket, Key=key, Body=content)

    def __delitem__(self, uri: str) -> None:
        raise NotImplementedError("nothing deletes objects")

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError("nothing lists objects through the world")

    def __len__(self) -> int:
        raise NotImplementedError("nothing counts objects")


class MotoStore(S3Store):
    """S3, and the same as a dict."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self.objects = S3Dict(client)


class MotoStatusTable(DynamoStatusTable):
    """The status table in DynamoDB, under watch."""

    def __init__(self, client: Any) -> None:
        super().__init__(client, STATUS_TABLE)
        self._watch = Watch()
        self.backwards = self._watch.backwards

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        outcome = super().commit(view, version, event)
        if outcome is Commit.DONE:
            self._watch.see(view)
        return outcome


class MotoMailer(SesMailer):
    """SES, and what it sent."""

    @property
    def kinds(self) -> list[tuple[str, str, str]]:
        raw = [sent.raw_data for sent in ses_backends[ACCOUNT][REGION].sent_messages]
        mails = [email.message_from_string(text) for text in raw]
        return [(m["X-Spaceport-Job"], m["X-Spaceport-Kind"], m["To"]) for m in mails]


@dataclass
class MotoQueue(SqsQueue):
    """A service's SQS queue and DLQ, with what lies in them."""

    def __init__(self, cloud: MotoCloud, service: str) -> None:
        super().__init__(cloud.client("sqs"), f"spaceport-{service}")
        self._cloud = cloud
        self.url = cloud.urls[f"spaceport-{service}"]

    @property
    def messages(self) -> list[Message]:
        return [Message(found.body, 0.0) for found in self._cloud.lying_in(self._queue_name)]

    @property
    def dead(self) -> list[tuple[str, str]]:
        letters = self._cloud.lying_in(self._queue_name + "-dlq")
        return [(letter.body, _reason(letter.message_attributes)) for letter in letters]


def _reason(attributes: dict[str, Any]) -> str:
    told = attributes.get(REASON_ATTRIBUTE)
    return str(told["StringValue"]) if told else "maxReceiveCount"


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
        self.ledger = cast("FakeLedger", MotoLedger(self.cloud))
        self.store = cast("FakeStore", MotoStore(s3))
        self.objects = S3Objects(s3)
        table = MotoStatusTable(self.cloud.client("dynamodb"))
        self.status = cast("WatchedStatusTable", table)
        self.mailer = cast("FakeMailer", MotoMailer(self.cloud.client("ses")))
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
        queue, sqs = self.moto_queues[name], self.cloud.client("sqs")
        before = self.dice.crash

        def handle(event: dict[str, Any]) -> Any:
            counts = [int(r["attributes"]["ApproximateReceiveCount"]) for r in event["Records"]]
            with self.dice.without_crashes(max(counts) >= MAX_RECEIVES - 2):
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
