"""`Deposits` and `Register` on boto3."""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key

from spaceport_contracts.artifacts import split_uri
from spaceport_ingest.ports import Link, Part
from spaceport_ingest.upload import Upload, UploadFile, UploadState
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client

NO_SUCH_UPLOAD = "NoSuchUpload"
MOST_DELETED = 1000  # by one request
OPEN, RECORD, PARTS, PHOTO = "open", "upload", "parts#", "photo#"
END = "~"  # behind every entry that begins the same


class S3Deposits:
    """S3 by URI; the client must sign with SigV4 and ask for no checksum of its own, which the
    sender of a file could not know."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def link(self, uri: str, file: UploadFile, seconds: int) -> Link:
        """PutObject. Content-Length is signed as well; every client sends it by itself."""
        bucket, key = split_uri(uri)
        params: dict[str, Any] = {"Bucket": bucket, "Key": key, "ContentLength": file.bytes}
        params["ContentType"] = file.media_type
        headers = {"Content-Type": file.media_type}
        if file.sha256:
            digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
            params["ChecksumSHA256"] = headers["x-amz-checksum-sha256"] = digest
        url = self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=seconds)
        return Link(url, headers)

    def part_link(self, uri: str, parts_id: str, number: int, size: int, seconds: int) -> Link:
        """UploadPart."""
        bucket, key = split_uri(uri)
        params: dict[str, Any] = {"Bucket": bucket, "Key": key, "UploadId": parts_id}
        params |= {"PartNumber": number, "ContentLength": size}
        return Link(
            self._client.generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds), {}
        )

    def begin_parts(self, uri: str, media_type: str) -> str:
        """CreateMultipartUpload."""
        bucket, key = split_uri(uri)
        with translated():
            answer = self._client.create_multipart_upload(
                Bucket=bucket, Key=key, ContentType=media_type
            )
        return answer["UploadId"]

    def parts(self, uri: str, parts_id: str) -> tuple[Part, ...] | None:
        """ListParts, page by page."""
        bucket, key = split_uri(uri)
        pages = self._client.get_paginator("list_parts")
        try:
            with translated():
                return tuple(
                    Part(part["PartNumber"], part["Size"], part["ETag"])
                    for page in pages.paginate(Bucket=bucket, Key=key, UploadId=parts_id)
                    for part in page.get("Parts", [])
                )
        except Denied as denied:
            if denied.code == NO_SUCH_UPLOAD:
                return None
            raise

    def put_together(self, uri: str, parts_id: str, parts: Iterable[Part]) -> None:
        """CompleteMultipartUpload."""
        bucket, key = split_uri(uri)
        listed: Any = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        with _forgotten():
            self._client.complete_multipart_upload(
                Bucket=bucket, Key=key, UploadId=parts_id, MultipartUpload={"Parts": listed}
            )

    def abort_parts(self, uri: str, parts_id: str) -> None:
        """AbortMultipartUpload."""
        bucket, key = split_uri(uri)
        with _forgotten():
            self._client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=parts_id)

    def delete(self, uris: Iterable[str]) -> None:
        """DeleteObjects; all of one bucket."""
        places = [split_uri(uri) for uri in uris]
        for start in range(0, len(places), MOST_DELETED):
            some = places[start : start + MOST_DELETED]
            keys: Any = {"Objects": [{"Key": key} for _, key in some], "Quiet": True}
            with translated():
                self._client.delete_objects(Bucket=some[0][0], Delete=keys)


@contextmanager
def _forgotten() -> Iterator[None]:
    """Somebody else has ended the upload already, one way or the other."""
    try:
        with translated():
            yield
    except Denied as denied:
        if denied.code != NO_SUCH_UPLOAD:
            raise


class DynamoRegister:
    """The table of uploads (`tables.py`)."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def begin(self, upload: Upload) -> Upload:
        """The list of open ones first: what stands there without a record is swept in time."""
        item = {"upload_id": OPEN, "entry": _opened(upload.upload_id, upload.created_at)}
        with translated():
            self._table.put_item(Item=item)
        if self._put_new(upload.upload_id, RECORD, upload.model_dump_json()):
            return upload
        standing = self.find(upload.upload_id)
        if standing is None:
            raise KeyError(f"{upload.upload_id} vanished")
        return standing

    def find(self, upload_id: str) -> Upload | None:
        """Read consistently."""
        body = self._body(upload_id, RECORD)
        return Upload.model_validate_json(body) if body else None

    def complete(self, upload_id: str, job_id: str) -> None:
        """The record, then the list of open ones; a sweep knows the record to be right."""
        upload = self.find(upload_id)
        if upload is None:
            return
        if upload.state is UploadState.OPEN:
            done = upload.model_copy(update={"state": UploadState.COMPLETED, "job_id": job_id})
            self._put(upload_id, RECORD, done.model_dump_json())
        self._delete(OPEN, _opened(upload_id, upload.created_at))

    def begun_before(self, instant: datetime) -> list[tuple[str, datetime]]:
        """As many as one page holds; the next sweep takes the next."""
        query = Key("upload_id").eq(OPEN) & Key("entry").lt(instant.isoformat())
        with translated():
            items = self._table.query(KeyConditionExpression=query)["Items"]
        entries = [str(item["entry"]).partition("#") for item in items]
        return [(upload_id, datetime.fromisoformat(begun)) for begun, _, upload_id in entries]

    def name_parts(self, upload_id: str, number: int, parts_id: str) -> str:
        """A conditional write: of two that begin at once, one wins."""
        entry = _numbered(PARTS, number)
        if self._put_new(upload_id, entry, parts_id):
            return parts_id
        return self._body(upload_id, entry)

    def rename_parts(self, upload_id: str, number: int, parts_id: str) -> None:
        """Overwrite."""
        self._put(upload_id, _numbered(PARTS, number), parts_id)

    def parts_ids(self, upload_id: str) -> dict[int, str]:
        """All of them."""
        return self._numbered_bodies(upload_id, PARTS)

    def note(self, upload_id: str, number: int, finding: str) -> None:
        """Overwrite."""
        self._put(upload_id, _numbered(PHOTO, number), finding)

    def finding(self, upload_id: str, number: int) -> str:
        """Read consistently."""
        return self._body(upload_id, _numbered(PHOTO, number))

    def findings(self, upload_id: str) -> dict[int, str]:
        """All of them."""
        return self._numbered_bodies(upload_id, PHOTO)

    def forget(self, upload_id: str, created_at: datetime) -> None:
        """The record last but one: what a crash leaves stands in the list of open ones."""
        with translated(), self._table.batch_writer() as batch:
            for prefix in (PARTS, PHOTO):
                for number in self._numbered_bodies(upload_id, prefix):
                    batch.delete_item(
                        Key={"upload_id": upload_id, "entry": _numbered(prefix, number)}
                    )
        self._delete(upload_id, RECORD)
        self._delete(OPEN, _opened(upload_id, created_at))

    def _numbered_bodies(self, upload_id: str, prefix: str) -> dict[int, str]:
        between = Key("entry").between(prefix, prefix + END)
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("upload_id").eq(upload_id) & between,
            "ConsistentRead": True,
        }
        found: dict[int, str] = {}
        while True:
            with translated():
                page = self._table.query(**query)
            for item in page["Items"]:
                found[int(str(item["entry"]).removeprefix(prefix))] = str(item["body"])
            if "LastEvaluatedKey" not in page:
                return found
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _put(self, upload_id: str, entry: str, body: str) -> None:
        with translated():
            self._table.put_item(Item={"upload_id": upload_id, "entry": entry, "body": body})

    def _put_new(self, upload_id: str, entry: str, body: str) -> bool:
        try:
            with translated():
                self._table.put_item(
                    Item={"upload_id": upload_id, "entry": entry, "body": body},
                    ConditionExpression=Attr("upload_id").not_exists(),
                )
        except Denied as denied:
            if denied.code == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _body(self, upload_id: str, entry: str) -> str:
        key = {"upload_id": upload_id, "entry": entry}
        with translated():
            item = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return str(item["body"]) if item else ""

    def _delete(self, upload_id: str, entry: str) -> None:
        with translated():
            self._table.delete_item(Key={"upload_id": upload_id, "entry": entry})


def _opened(upload_id: str, created_at: datetime) -> str:
    return f"{created_at.isoformat()}#{upload_id}"


def _numbered(prefix: str, number: int) -> str:
    return f"{prefix}{number:05d}"
