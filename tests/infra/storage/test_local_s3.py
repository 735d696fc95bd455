"""S3 on this machine: bodies in all their forms, whole or not at all, and odd requests."""

import base64
import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spaceport_local.cloud import CloudOptions, LocalCloud
from tests.infra.asked import signature
from tests.infra.clouds import NOTHING

MIB = 1 << 20
PART = b"0123456789abcdef" * (5 * MIB // 16)
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state_dir: Path = tmp_path_factory.mktemp("s3")
    with LocalCloud(CloudOptions(state_dir, topology=NOTHING)) as cloud:
        yield cloud


@pytest.fixture
def s3(cloud: LocalCloud) -> Any:
    return cloud.client("s3")


def files(cloud: LocalCloud) -> set[Path]:
    folder = cloud.outbox.parent / "objects"
    return {path for path in folder.iterdir() if path.name != "index.jsonl"}


SERVICES = {"AWSEvents": "events", "AmazonSQS": "sqs", "DynamoDB_20120810": "dynamodb"}


def ask(
    cloud: LocalCloud, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """A request as it is, signed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        named.setdefault("Content-Type", "application/octet-stream")
    url = cloud.endpoint_url + path
    service = SERVICES.get(headers.get("X_Amz_Target", "").split(".")[0], "s3")
    signed = signature(cloud.keys, method, url, body, named, service)
    request = urllib.request.Request(url, body, signed, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


def test_a_second_upload_overwrites_the_first(cloud: LocalCloud) -> None:
    before = len(files(cloud))
    for content in (b"first", b"second", b""):
        assert ask(cloud, "PUT", "/spaceport/captures/again.zip", content)[0] == 200
        assert ask(cloud, "GET", "/spaceport/captures/again.zip") == (200, content)
    assert len(files(cloud)) == before + 1


def test_what_a_put_says_of_its_object_is_kept(cloud: LocalCloud, s3: Any) -> None:
    place = {"Bucket": cloud.bucket, "Key": "told/ä b+c%2F.jpg"}
    put = s3.put_object(
        **place, Body=b"photo", ContentType="image/jpeg", Metadata={"email": "a@b.cd"}
    )
    head = s3.head_object(**place)
    assert put["ETag"] == head["ETag"] == f'"{hashlib.md5(b"photo").hexdigest()}"'
    assert (head["ContentType"], head["ContentLength"]) == ("image/jpeg", 5)
    assert head["Metadata"] == {"email": "a@b.cd"}
    listed = s3.list_objects_v2(Bucket=cloud.bucket, Prefix="told/")["Contents"]
    assert [(entry["Key"], entry["Size"]) for entry in listed] == [(place["Key"], 5)]


def test_a_condition_that_does_not_hold_changes_nothing(cloud: LocalCloud, s3: Any) -> None:
    place = {"Bucket": cloud.bucket, "Key": "once"}
    s3.put_object(**place, Body=b"first", IfNoneMatch="*")
    before = files(cloud)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(**place, Body=b"second", IfNoneMatch="*")
    assert s3.get_object(**place)["Body"].read() == b"first"
    assert files(cloud) == before


def test_a_body_in_signed_chunks_is_unwrapped(cloud: LocalCloud, s3: Any) -> None:
    signature = b";chunk-signature=" + b"0" * 64
    pieces = [b"a" * 70_000, b"b", b""]
    body = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), signature, piece) for piece in pieces)
    headers = {"X_Amz_Content_Sha256": SIGNED_CHUNKS, "X_Amz_Decoded_Content_Length": "70001"}
    assert ask(cloud, "PUT", "/spaceport/chunks/1", body, **headers)[0] == 200
    got = s3.get_object(Bucket=cloud.bucket, Key="chunks/1")
    assert got["Body"].read() == b"".join(pieces)
    body = b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    headers = {"X_Amz_Content_Sha256": TRAILER, "X_Amz_Sdk_Checksum_Algorithm": "CRC32"}
    assert ask(cloud, "PUT", "/spaceport/chunks/2", body, **headers)[0] == 200
    assert ask(cloud, "GET", "/spaceport/chunks/2") == (200, b"abc")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_MD5": base64.b64encode(b"0" * 16).decode()},
        {"X_Amz_Content_Sha256": TRAILER},
        {"X_Amz_Content_Sha256": SIGNED_CHUNKS, "X_Amz_Decoded_Content_Length": "9"},
    ],
    ids=["another digest", "no chunks", "no sizes"],
)
def test_a_body_that_is_not_what_it_says_leaves_nothing(
    cloud: LocalCloud, headers: dict[str, str]
) -> None:
    before = files(cloud)
    status, answer = ask(cloud, "PUT", "/spaceport/broken", b"xyz\r\nabc", **headers)
    assert (status, b"send it again" in answer) == (400, True)
    assert ask(cloud, "GET", "/spaceport/broken")[0] in (403, 404)
    assert files(cloud) == before


@pytest.mark.parametrize(
    "body",
    [b"5\r\nabcdefg\r\n0\r\n\r\n", b"9\r\nabc", b"-1\r\n\r\n", b"3\r\nabc\r\n0\r\n\r\n"],
    ids=["longer", "shorter", "negative", "another length"],
)
def test_broken_chunks_of_s3s_own_leave_nothing(cloud: LocalCloud, body: bytes) -> None:
    before = files(cloud)
    headers = {"X_Amz_Content_Sha256": TRAILER, "X_Amz_Decoded_Content_Length": "7"}
    assert ask(cloud, "PUT", "/spaceport/broken", body, **headers)[0] == 400
    assert files(cloud) == before


def begin(cloud: LocalCloud, key: str) -> dict[str, str]:
    place = {"Bucket": cloud.bucket, "Key": key}
    upload = cloud.client("s3").create_multipart_upload(**place, Metadata={"title": "x"})
    return {**place, "UploadId": upload["UploadId"]}


def test_parts_become_one_object_and_go(cloud: LocalCloud, s3: Any) -> None:
    before = len(files(cloud))
    upload = begin(cloud, "parts")
    for number, content in ((1, PART), (2, b"replaced"), (2, b"last")):
        s3.upload_part(**upload, PartNumber=number, Body=content)
    listed = s3.list_parts(**upload)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, len(PART)), (2, 4)]
    parts = [{name: part[name] for name in ("PartNumber", "ETag")} for part in listed]
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].strip('"').endswith("-2")
    got = s3.get_object(Bucket=cloud.bucket, Key="parts")
    assert got["Body"].read() == PART + b"last"
    assert got["Metadata"] == {"title": "x"}
    assert len(files(cloud)) == before + 1


def test_an_upload_that_is_given_up_leaves_nothing(cloud: LocalCloud, s3: Any) -> None:
    before = files(cloud)
    upload = begin(cloud, "given-up")
    s3.upload_part(**upload, PartNumber=1, Body=PART)
    assert len(files(cloud)) == len(before) + 1
    s3.abort_multipart_upload(**upload)
    assert files(cloud) == before


def test_parts_that_do_not_fit_are_refused(cloud: LocalCloud, s3: Any) -> None:
    upload = begin(cloud, "misfit")
    tags = [s3.upload_part(**upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    for parts, code in (
        ([{"PartNumber": 3, "ETag": tags[0]}], "InvalidPart"),
        ([{"PartNumber": 1, "ETag": '"0"'}], "InvalidPart"),
        ([{"PartNumber": n + 1, "ETag": tag} for n, tag in enumerate(tags)], "EntityTooSmall"),
    ):
        with pytest.raises(ClientError, match=code):
            s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    s3.abort_multipart_upload(**upload)


def test_copies_are_objects_of_their_own(cloud: LocalCloud, s3: Any) -> None:
    s3.put_object(Bucket=cloud.bucket, Key="source", Body=b"to be copied")
    source = {"Bucket": cloud.bucket, "Key": "source"}
    s3.copy_object(Bucket=cloud.bucket, Key="copy", CopySource=source)
    s3.delete_object(**source)
    assert s3.get_object(Bucket=cloud.bucket, Key="copy")["Body"].read() == b"to be copied"


ODD = [
    ("POST", "/spaceport/key", None),
    ("POST", "/spaceport", b"no form"),
    ("PUT", "/spaceport/key?partNumber=1", b"x"),
    ("PUT", "/spaceport/key?partNumber=1&uploadId=none", b"x"),
    ("PUT", "/spaceport/key?partNumber=a&uploadId=none", b"x"),
    ("PUT", "/spaceport/key?acl", b"x"),
    ("PUT", "/spaceport/" + "k" * 1100, b"x"),
    ("PUT", "/spaceport/%ff%fe", b"x"),
    ("PUT", "/nowhere/key", b"x"),
    ("PUT", "/spaceport?versioning", b"x"),
    ("GET", "/spaceport?max-keys=many", None),
    ("GET", "/spaceport?torrent", None),
    ("GET", "/spaceport/%00", None),
    ("DELETE", "/spaceport/key?uploadId=none", None),
    ("POST", "/spaceport?delete", b"<Delete>"),
    ("POST", "/spaceport/key?uploadId=none", b"<"),
    ("PATCH", "/spaceport/key", b"x"),
]


@pytest.mark.parametrize(("method", "path", "body"), ODD)
def test_odd_requests_are_refused(
    cloud: LocalCloud, method: str, path: str, body: bytes | None
) -> None:
    before = files(cloud)
    status, answer = ask(cloud, method, path, body)
    assert 400 <= status < 500
    assert answer.startswith(b"<") or not answer
    assert files(cloud) == before


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"a": "\\ud800"}', b'{"a":' * 500 + b"1" + b"}" * 500, b"[" * 100_000],
    ids=["cut", "a list", "surrogate", "deep", "deeper"],
)
@pytest.mark.parametrize(
    "target", ["AWSEvents.PutEvents", "AmazonSQS.ListQueues", "DynamoDB_20120810.ListTables"]
)
def test_json_that_nobody_can_work_on_is_refused(
    cloud: LocalCloud, body: bytes, target: str
) -> None:
    headers = {"X_Amz_Target": target, "Content_Type": "application/x-amz-json-1.0"}
    status, answer = ask(cloud, "POST", "/", body, **headers)
    assert (status, b"SerializationException" in answer) == (400, True)
