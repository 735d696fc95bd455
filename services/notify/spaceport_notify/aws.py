"""notify's ports on boto3."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from spaceport_contracts.artifacts import split_uri
from spaceport_contracts.events import EVENT_TYPES, Event
from spaceport_notify.ports import Commit, Desk, MailRefused, MailUncertain, Row
from spaceport_notify.settings import Settings
from spaceport_notify.tables import SEQ_INDEX
from spaceport_notify.view import JobView
from spaceport_runtime.aws.connect import RETRIES
from spaceport_runtime.aws.errors import as_retryable, code_of
from spaceport_runtime.aws.store import S3Store
from spaceport_runtime.errors import Retryable
from spaceport_runtime.settings import PlatformSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ses import SESClient

VIEW = "view"
# boto3 must not repeat a send by itself: after a broken connection the first may have gone out.
SEND_ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})
MAYBE_SENT = ("InternalFailure", "InternalServerError")
NEVER_LEFT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError)


class DynamoStatusTable:
    """One item per job for the view (sk `view`), one per logged event (sk `event#<event id>`)."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def read(self, job_id: str) -> tuple[JobView | None, int]:
        """The view, read consistently, and its version; (None, 0) for an unknown job."""
        key: Any = {"job_id": {"S": job_id}, "sk": {"S": VIEW}}
        with _translated():
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return None, 0
        return JobView.model_validate_json(item["body"]["S"]), int(item["version"]["N"])

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        """Both writes in one transaction; the view's condition is its version."""
        put_view: Any = {
            "TableName": self._table,
            "Item": {
                "job_id": {"S": view.job_id},
                "sk": {"S": VIEW},
                "version": {"N": str(version + 1)},
                "body": {"S": view.model_dump_json(exclude_defaults=True)},
            },
            **_version_is(version),
        }
        puts: Any = [{"Put": put_view}]
        if event is not None:
            puts.append({"Put": self._row(event, version + 1)})
        try:
            with _translated():
                self._client.transact_write_items(TransactItems=puts)
        except ClientError as error:
            return _refusal(error)
        return Commit.DONE

    def _row(self, event: Event, seq: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": {
                "job_id": {"S": event.job_id},
                "sk": {"S": f"event#{event.event_id}"},
                "seq": {"N": str(seq)},
                "type": {"S": event.detail_type()},
                "body": {"S": event.model_dump_json()},
            },
            "ConditionExpression": "attribute_not_exists(sk)",
        }

    def events(self, job_id: str, after: int, limit: int) -> list[Row]:
        """The log's rows with a greater seq, in order."""
        values: Any = {":job": {"S": job_id}, ":after": {"N": str(after)}}
        with _translated():
            answer = self._client.query(
                TableName=self._table,
                IndexName=SEQ_INDEX,
                KeyConditionExpression="job_id = :job AND seq > :after",
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                Limit=limit,
            )
        return [
            Row(
                int(item["seq"]["N"]),
                EVENT_TYPES[item["type"]["S"]].model_validate_json(item["body"]["S"]),
            )
            for item in answer["Items"]
        ]


def _version_is(version: int) -> dict[str, Any]:
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(sk)"}
    return {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(version)}},
    }


def _refusal(error: ClientError) -> Commit:
    """Which of the transaction's conditions did not hold."""
    response: Any = error.response
    reasons = [reason.get("Code") for reason in response.get("CancellationReasons", ())]
    if code_of(error) != "TransactionCanceledException":
        raise error
    if len(reasons) > 1 and reasons[1] == "ConditionalCheckFailed":
        return Commit.KNOWN
    if set(reasons) <= {"ConditionalCheckFailed", "TransactionConflict", "None", None}:
        return Commit.STALE
    raise Retryable(str(error)) from error


class SesMailer:
    """SES v1, whole MIME messages."""

    def __init__(self, client: "SESClient") -> None:
        self._client = client

    def send(self, message: EmailMessage) -> None:
        """Send to the message's `To`."""
        try:
            self._client.send_raw_email(
                Source=message["From"],
                RawMessage={"Data": message.as_bytes(policy=SMTP)},
            )
        except ClientError as error:
            if code_of(error) in MAYBE_SENT:
                raise MailUncertain(str(error)) from error
            raise as_retryable(error) or MailRefused(str(error)) from error
        except NEVER_LEFT as error:
            raise Retryable(str(error)) from error
        except BotoCoreError as error:
            raise MailUncertain(str(error)) from error


class S3Links:
    """Presigned URLs."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def temporary_link(self, uri: str, content_type: str, seconds: int) -> str:
        """An HTTPS URL that anybody may open for so long."""
        bucket, key = split_uri(uri)
        params = {"Bucket": bucket, "Key": key, "ResponseContentType": content_type}
        return self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)


def connect_desk(settings: Settings, platform: PlatformSettings) -> Desk:
    """notify's composition root."""
    s3 = boto3.client("s3", config=RETRIES)
    return Desk(
        table=DynamoStatusTable(boto3.client("dynamodb", config=RETRIES), settings.status_table),
        mailer=SesMailer(boto3.client("ses", config=SEND_ONCE)),
        store=S3Store(s3),
        links=S3Links(s3),
        clock=lambda: datetime.now(UTC),
        bucket=platform.bucket,
        sender=settings.sender,
        public_url=settings.public_url,
        relative_links=settings.relative_links,
        patience_s=settings.patience_s,
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        busy = as_retryable(error)
        if busy is None:
            raise
        raise busy from error
