"""Objects in S3."""

import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from spaceport_contracts.artifacts import split_uri
from spaceport_runtime.aws.errors import as_retryable, code_of
from spaceport_runtime.ports import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK_BYTES = 1 << 20


class S3Store:
    """S3 by URI."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def head(self, uri: str) -> StoredObject | None:
        """Size and ETag, or None when there is no such object."""
        bucket, key = split_uri(uri)
        try:
            answer = self._client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchKey", "NotFound"):
                return None
            raise as_retryable(error) or error from error
        return StoredObject(answer["ContentLength"], answer["ETag"].strip('"'))

    def read(self, uri: str) -> bytes:
        """The whole object; for small files."""
        bucket, key = split_uri(uri)
        try:
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise as_retryable(error) or error from error

    def sha256(self, uri: str) -> str:
        """The hash of the object's bytes as they lie in S3 now."""
        bucket, key = split_uri(uri)
        digest = hashlib.sha256()
        try:
            body = self._client.get_object(Bucket=bucket, Key=key)["Body"]
            for chunk in body.iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
        except (ClientError, BotoCoreError) as error:
            raise as_retryable(error) or error from error
        return digest.hexdigest()

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        """Put the object; writing the same again is harmless."""
        bucket, key = split_uri(uri)
        try:
            self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)
        except (ClientError, BotoCoreError) as error:
            raise as_retryable(error) or error from error
