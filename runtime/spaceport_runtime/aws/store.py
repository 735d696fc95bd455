"""Objects in S3."""

import hashlib
from typing import TYPE_CHECKING

from spaceport_contracts.artifacts import split_uri
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied, Retryable
from spaceport_runtime.ports import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import DeleteTypeDef as Delete

CHUNK_BYTES = 1 << 20
ABSENT = ("404", "NoSuchKey", "NotFound")
CHANGED = ("412", "PreconditionFailed")


class S3Store:
    """S3 by URI."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def head(self, uri: str) -> StoredObject | None:
        """Size and ETag, or None when there is no such object."""
        bucket, key = split_uri(uri)
        try:
            with translated():
                answer = self._client.head_object(Bucket=bucket, Key=key)
        except Denied as denied:
            if denied.code in ABSENT:
                return None
            raise
        etag = answer["ETag"].strip('"')
        return StoredObject(answer["ContentLength"], etag, answer["LastModified"])

    def read(self, uri: str) -> bytes:
        """The whole object; for small files."""
        bucket, key = split_uri(uri)
        with translated():
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def sha256(self, uri: str) -> str:
        """The hash of the object's bytes as they lie in S3 now."""
        bucket, key = split_uri(uri)
        digest = hashlib.sha256()
        with translated():
            body = self._client.get_object(Bucket=bucket, Key=key)["Body"]
            for chunk in body.iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        """Put the object; writing the same again is harmless."""
        bucket, key = split_uri(uri)
        with translated():
            self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)

    def remove(self, uri: str) -> None:
        """Delete the object, or everything below a prefix, in every request as many as S3 takes."""
        bucket, key = split_uri(uri)
        if not key:
            raise ValueError("a whole bucket is never removed")
        with translated():
            if not key.endswith("/"):
                self._client.delete_object(Bucket=bucket, Key=key)
                return
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=bucket, Prefix=key):
                self._remove_page(bucket, [found["Key"] for found in page.get("Contents", ())])

    def _remove_page(self, bucket: str, keys: list[str]) -> None:
        """DeleteObjects answers 200 even when it kept some."""
        if not keys:
            return
        wanted: Delete = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        errors = self._client.delete_objects(Bucket=bucket, Delete=wanted).get("Errors", ())
        for error in errors:
            raise Retryable(f"{error.get('Key')} was not deleted: {error.get('Code')}")


def read_unchanged(
    client: "S3Client", uri: str, etag: str, start: int, length: int, changed: Exception
) -> bytes:
    """Bytes [start, start + length) of an object that must not change meanwhile.

    Raises `changed` when it has another ETag by now, or is gone.
    """
    bucket, key = split_uri(uri)
    span = f"bytes={start}-{start + length - 1}"
    try:
        with translated():
            answer = client.get_object(Bucket=bucket, Key=key, Range=span, IfMatch=f'"{etag}"')
            return answer["Body"].read()
    except Denied as denied:
        if denied.code in (*CHANGED, *ABSENT):
            raise changed from denied
        raise
