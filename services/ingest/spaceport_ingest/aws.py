"""`Objects` on boto3, and the composition root of ingest's functions."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from spaceport_contracts.artifacts import split_uri
from spaceport_ingest.aws_uploads import DynamoRegister, S3Deposits
from spaceport_ingest.ports import Kit, Listed, ObjectChanged
from spaceport_ingest.service import SERVICE
from spaceport_ingest.settings import Limits, Settings
from spaceport_runtime.aws.connect import RETRIES, connect, connect_queue
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.aws.store import read_unchanged
from spaceport_runtime.settings import PlatformSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINKS = Config(signature_version="s3v4", request_checksum_calculation="when_required")


class S3Objects:
    """S3 by URI."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def under(self, prefix_uri: str) -> Iterator[Listed]:
        """Every object below the prefix, page by page."""
        bucket, prefix = split_uri(prefix_uri)
        pages = self._client.get_paginator("list_objects_v2")
        with translated():
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                for found in page.get("Contents", []):
                    uri = f"s3://{bucket}/{found['Key']}"
                    yield Listed(uri, found["Size"], found["ETag"].strip('"'))

    def metadata(self, uri: str) -> Mapping[str, str]:
        """The object's metadata as S3 hands it out: other letters than ASCII as RFC 2047 words."""
        bucket, key = split_uri(uri)
        with translated():
            found = self._client.head_object(Bucket=bucket, Key=key)["Metadata"]
        return {name.lower(): value for name, value in found.items()}

    def read_range(self, uri: str, etag: str, start: int, length: int) -> bytes:
        """Part of an object that must not change meanwhile."""
        return read_unchanged(self._client, uri, etag, start, length, ObjectChanged())

    def copy(self, source_uri: str, target_uri: str) -> None:
        """Server-side copy; boto3 splits what is larger than one request may carry."""
        source_bucket, source_key = split_uri(source_uri)
        bucket, key = split_uri(target_uri)
        with translated():
            self._client.copy({"Bucket": source_bucket, "Key": source_key}, bucket, key)


def connect_kit() -> Kit:
    """Everything that ingest works with, from the environment."""
    settings, chosen = PlatformSettings(), Settings()
    return Kit(
        platform=connect(SERVICE.name, settings),
        objects=S3Objects(boto3.client("s3", config=RETRIES)),
        deposits=S3Deposits(boto3.client("s3", config=RETRIES.merge(LINKS))),
        register=DynamoRegister(
            boto3.resource("dynamodb", config=RETRIES).Table(chosen.uploads_table)
        ),
        queue=connect_queue(SERVICE.queue_name),
        bucket=settings.bucket,
        limits=Limits(),
        uploads_owner=chosen.uploads_owner,
        webhooks_to_loopback=chosen.webhooks_to_loopback,
    )
