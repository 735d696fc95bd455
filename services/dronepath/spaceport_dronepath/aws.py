"""dronepath's ports on boto3, and its composition root."""

from typing import TYPE_CHECKING

import boto3

from spaceport_contracts.artifacts import split_uri
from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.ports import Kit
from spaceport_dronepath.service import SERVICE
from spaceport_dronepath.settings import Settings
from spaceport_runtime.aws.connect import LINKS, connect
from spaceport_runtime.aws.store import read_unchanged
from spaceport_runtime.settings import PlatformSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Shelf:
    """S3 by URI."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def read_range(self, uri: str, etag: str, start: int, length: int) -> bytes:
        """Part of an object that must not change meanwhile."""
        changed = FieldProblem(
            "terrain.url",
            "The elevation model was replaced or removed while it was being read.",
            "Ask again when it is complete.",
        )
        return read_unchanged(self._client, uri, etag, start, length, changed)

    def temporary_link(self, uri: str, content_type: str, seconds: int) -> str:
        """A presigned URL."""
        bucket, key = split_uri(uri)
        params = {"Bucket": bucket, "Key": key, "ResponseContentType": content_type}
        return self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)


def connect_kit() -> Kit:
    """Everything that dronepath works with, from the environment."""
    settings = PlatformSettings()
    platform = connect(SERVICE.name, settings)
    return Kit(
        store=platform.store,
        shelf=S3Shelf(boto3.client("s3", config=LINKS)),
        bus=platform.bus,
        clock=platform.clock,
        bucket=settings.bucket,
        settings=Settings(),
    )
