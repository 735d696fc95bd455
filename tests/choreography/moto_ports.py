"""The outside world on moto: the real adapters, and what the invariants want to read."""

import email
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from spaceport_contracts.artifacts import split_uri
from spaceport_contracts.events import Event
from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.aws.resources import create_stores, create_wiring
from spaceport_notify.aws.mail import SesMailer
from spaceport_notify.aws.table import DynamoStatusTable
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Commit
from spaceport_runtime.aws.errors import code_of
from spaceport_runtime.aws.ledger import DynamoLedger
from spaceport_runtime.aws.queue import REASON_ATTRIBUTE, SqsQueue
from spaceport_runtime.aws.store import S3Store
from spaceport_runtime.ports import End, EndKind, Run, RunKey
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import LEDGER_TABLE, STATUS_TABLE, build_topology
from tests.choreography.lag import Index
from tests.choreography.people import Watch
from tests.choreography.world import Message

SENDER = "spaceport@example.org"  # of the kit in fakes_notify
UNSIGNED = Config(signature_version=botocore.UNSIGNED)  # nobody checks, and it takes time
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

    def __init__(self, cloud: MotoCloud, index: Index) -> None:
        super().__init__(cloud.tables.Table(LEDGER_TABLE))
        self._index = index

    def _put_new(self, item: dict[str, Any]) -> bool:
        is_new = super()._put_new(item)
        if is_new:
            self._note(item["id"])
        return is_new

    def _update(self, item_id: str, *rest: Any) -> bool:
        is_done = super()._update(item_id, *rest)
        if is_done:
            self._note(item_id)
        return is_done

    def erase(self, key: RunKey) -> None:
        super().erase(key)
        self._note(f"run#{key.stage}#{key.job_id}#{key.attempt:02d}")

    def _note(self, item_id: str) -> None:
        kind, *names = item_id.split("#")
        if kind == "run":
            stage, job_id, attempt = names
            run = self.get(RunKey(stage, job_id, int(attempt)))
            assert run is not None
            self._index.wrote(run)

    def open_runs(self, stage: str) -> list[Run]:
        return self._index.shown(super().open_runs(stage), stage)

    def waiting_runs(self, stage: str, limit: int) -> list[Run]:
        real = super().waiting_runs(stage, limit)
        return [run for run in self._index.shown(real, stage) if run.is_waiting][:limit]

    def count_waiting(self, stage: str) -> int:
        return len(self.waiting_runs(stage, 1000))

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
        rows = [row for row in self._rows("job") if "deleted_at" not in row[1]]
        return {job_id: (item["record"], int(item["attempts"])) for (job_id,), item in rows}

    @property
    def deleted(self) -> dict[str, tuple[str, int]]:
        rows = [row for row in self._rows("job") if "deleted_at" in row[1]]
        return {job_id: (item["deleted_at"], int(item["attempts"])) for (job_id,), item in rows}


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
