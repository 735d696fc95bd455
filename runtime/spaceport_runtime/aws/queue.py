"""The service's own queue and dead-letter queue."""

from typing import TYPE_CHECKING

from spaceport_runtime.aws.errors import translated
from spaceport_runtime.aws.trace import trace_header
from spaceport_runtime.consume import TRIES_ATTRIBUTE
from spaceport_runtime.service import DLQ_SUFFIX

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageSystemAttributeValueTypeDef

REASON_ATTRIBUTE = "spaceport-reason"
REASON_CHARACTERS = 1000


class SqsQueue:
    """SQS by queue name."""

    def __init__(self, client: "SQSClient", queue_name: str) -> None:
        self._client = client
        self._queue_name = queue_name

    def send_later(self, body: str, delay_s: int, tries: int) -> None:
        """Put a copy of the message back, invisible for `delay_s` (SQS allows 900 s)."""
        self._send(self._queue_name, body, TRIES_ATTRIBUTE, str(tries), min(delay_s, 900))

    def dead_letter(self, body: str, reason: str) -> None:
        """Put the message into the DLQ, the reason as a message attribute."""
        name = self._queue_name + DLQ_SUFFIX
        self._send(name, body, REASON_ATTRIBUTE, reason[:REASON_CHARACTERS] or "unknown", 0)

    def _send(self, queue: str, body: str, attribute: str, value: str, delay_s: int) -> None:
        trace = trace_header()
        traced: MessageSystemAttributeValueTypeDef = {
            "DataType": "String",
            "StringValue": trace or "",
        }
        with translated():
            self._client.send_message(
                QueueUrl=self._client.get_queue_url(QueueName=queue)["QueueUrl"],
                MessageBody=body,
                DelaySeconds=delay_s,
                MessageAttributes={attribute: {"DataType": "String", "StringValue": value}},
                MessageSystemAttributes={"AWSTraceHeader": traced} if trace else {},
            )
