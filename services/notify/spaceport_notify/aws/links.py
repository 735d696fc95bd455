"""Temporary links to what lies in S3."""

from typing import TYPE_CHECKING

from spaceport_contracts.artifacts import split_uri

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Links:
    """Presigned URLs."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def temporary_link(self, uri: str, content_type: str, seconds: int) -> str:
        """An HTTPS URL that anybody may open for so long."""
        bucket, key = split_uri(uri)
        params = {"Bucket": bucket, "Key": key, "ResponseContentType": content_type}
        return self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)
