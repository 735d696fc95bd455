"""notify's composition root."""

import time
from datetime import UTC, datetime

import boto3

from spaceport_notify.aws.addresses import DynamoAddresses
from spaceport_notify.aws.batches import DynamoBatches
from spaceport_notify.aws.hooks import DynamoHooks
from spaceport_notify.aws.links import S3Links
from spaceport_notify.aws.mail import SEND_ONCE, SesMailer
from spaceport_notify.aws.shares import DynamoShares
from spaceport_notify.aws.table import DynamoStatusTable
from spaceport_notify.ports import Kit
from spaceport_notify.service import SERVICE
from spaceport_notify.settings import Settings
from spaceport_notify.webhooks.post import WebPoster
from spaceport_runtime.aws.connect import LINKS, RETRIES, connect_queue
from spaceport_runtime.aws.store import S3Store
from spaceport_runtime.settings import PlatformSettings


def connect_kit(settings: Settings, platform: PlatformSettings) -> Kit:
    """The kit on boto3."""
    s3 = boto3.client("s3", config=RETRIES)
    dynamodb = boto3.client("dynamodb", config=RETRIES)
    return Kit(
        table=DynamoStatusTable(dynamodb, settings.status_table),
        batches=DynamoBatches(dynamodb, settings.status_table),
        mailer=SesMailer(boto3.client("sesv2", config=SEND_ONCE), settings.configuration_set),
        addresses=DynamoAddresses(dynamodb, settings.status_table),
        hooks=DynamoHooks(dynamodb, settings.status_table),
        shares=DynamoShares(dynamodb, settings.status_table),
        poster=WebPoster(settings.webhooks_to_loopback),
        queue=connect_queue(SERVICE.queue_name),
        store=S3Store(s3),
        links=S3Links(boto3.client("s3", config=LINKS)),
        clock=lambda: datetime.now(UTC),
        sleep=time.sleep,
        bucket=platform.bucket,
        sender=settings.sender,
        public_url=settings.public_url,
        folder_url=settings.folder_url,
        patience_s=settings.patience_s,
    )
