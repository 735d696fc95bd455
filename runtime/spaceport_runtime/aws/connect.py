"""The platform of a function: the runtime's clients, made at the first call."""

from datetime import UTC, datetime

import boto3
from botocore.config import Config

from spaceport_runtime.aws.bus import EventBridgeBus
from spaceport_runtime.aws.jobs import SageMakerJobs
from spaceport_runtime.aws.ledger import DynamoLedger
from spaceport_runtime.aws.queue import SqsQueue
from spaceport_runtime.aws.store import S3Store
from spaceport_runtime.ports import Platform
from spaceport_runtime.service import named
from spaceport_runtime.settings import PlatformSettings

RETRIES = Config(retries={"mode": "standard", "max_attempts": 3})
# Links to what a key of KMS encrypts are refused under the older signature, boto3's choice.
LINKS = RETRIES.merge(Config(signature_version="s3v4"))


def connect(service: str, settings: PlatformSettings) -> Platform:
    """The platform as the named service sees it."""
    return Platform(
        ledger=DynamoLedger(
            boto3.resource("dynamodb", config=RETRIES).Table(settings.ledger_table)
        ),
        store=S3Store(boto3.client("s3", config=RETRIES)),
        jobs=SageMakerJobs(boto3.client("sagemaker", config=RETRIES)),
        bus=EventBridgeBus(boto3.client("events", config=RETRIES), settings.bus_name, service),
        clock=lambda: datetime.now(UTC),
    )


def connect_queue(queue_name: str) -> SqsQueue:
    """The queue from which the service is fed, as this deployment calls it."""
    name = named(queue_name, PlatformSettings().deployment)
    return SqsQueue(boto3.client("sqs", config=RETRIES), name)
