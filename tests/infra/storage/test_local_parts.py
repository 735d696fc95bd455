"""Files in parts: what has arrived is there the next day, and S3 tells it as S3 does."""

import base64
import hashlib
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.s3 import parts as parts_module
from tests.infra.clouds import NOTHING

MIB = 1 << 20
KEY = "uploads/up-x/photos/00001-large.tif"


def bare(state_dir: Path) -> LocalCloud:
    return LocalCloud(CloudOptions(state_dir, topology=NOTHING))


def send_part(s3: Any, bucket: str, upload_id: str, number: int) -> bytes:
    body = bytes([number]) * (5 * MIB)
    s3.upload_part(Bucket=bucket, Key=KEY, UploadId=upload_id, PartNumber=number, Body=body)
    return body


def test_parts_survive_a_restart_and_become_the_whole_file(tmp_path: Path) -> None:
    with bare(tmp_path) as cloud:
        s3 = cloud.client("s3")
        begun = s3.create_multipart_upload(Bucket=cloud.bucket, Key=KEY, ContentType="image/tiff")
        upload_id = begun["UploadId"]
        sent = {number: send_part(s3, cloud.bucket, upload_id, number) for number in (1, 3)}
        sent[1] = send_part(s3, cloud.bucket, upload_id, 1)
        before = s3.list_parts(Bucket=cloud.bucket, Key=KEY, UploadId=upload_id)["Parts"]
    with bare(tmp_path) as cloud:
        s3 = cloud.client("s3")
        listed = s3.list_parts(Bucket=cloud.bucket, Key=KEY, UploadId=upload_id)["Parts"]
        for field in ("PartNumber", "Size", "ETag"):
            assert [part[field] for part in listed] == [part[field] for part in before]
        sent[2] = send_part(s3, cloud.bucket, upload_id, 2)
        chosen = [
            {"PartNumber": part["PartNumber"], "ETag": part["ETag"]}
            for part in s3.list_parts(Bucket=cloud.bucket, Key=KEY, UploadId=upload_id)["Parts"]
        ]
        s3.complete_multipart_upload(
            Bucket=cloud.bucket, Key=KEY, UploadId=upload_id, MultipartUpload={"Parts": chosen}
        )
    with bare(tmp_path) as cloud:
        found = cloud.client("s3").get_object(Bucket=cloud.bucket, Key=KEY)
        assert found["Body"].read() == sent[1] + sent[2] + sent[3]
        assert found["ContentType"] == "image/tiff"
        assert len(list((tmp_path / "objects").iterdir())) == 2


@pytest.mark.parametrize("ended", ["dropped", "a week old"])
def test_nothing_stays_of_an_upload_that_was_dropped_or_forgotten(
    tmp_path: Path, ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bare(tmp_path) as cloud:
        s3 = cloud.client("s3")
        upload_id = s3.create_multipart_upload(Bucket=cloud.bucket, Key=KEY)["UploadId"]
        send_part(s3, cloud.bucket, upload_id, 1)
        if ended == "dropped":
            s3.abort_multipart_upload(Bucket=cloud.bucket, Key=KEY, UploadId=upload_id)
    if ended != "dropped":
        monkeypatch.setattr(parts_module, "KEPT_S", 0.0)
    with bare(tmp_path) as cloud:
        with pytest.raises(ClientError, match="NoSuchUpload"):
            cloud.client("s3").list_parts(Bucket=cloud.bucket, Key=KEY, UploadId=upload_id)
        assert [path.name for path in (tmp_path / "objects").iterdir()] == ["index.jsonl"]


def test_pages_of_parts_go_on_behind_a_number(tmp_path: Path) -> None:
    with bare(tmp_path) as cloud:
        s3 = cloud.client("s3")
        upload_id = s3.create_multipart_upload(Bucket=cloud.bucket, Key=KEY)["UploadId"]
        for number in (2, 5, 9):
            send_part(s3, cloud.bucket, upload_id, number)
        pages = s3.get_paginator("list_parts").paginate(
            Bucket=cloud.bucket, Key=KEY, UploadId=upload_id, PaginationConfig={"PageSize": 2}
        )
        assert [[p["PartNumber"] for p in page["Parts"]] for page in pages] == [[2, 5], [9]]


def put(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(url, method="PUT", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status), ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_link_holds_its_sender_to_size_type_and_content(tmp_path: Path) -> None:
    body = b"x" * 1000
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    with bare(tmp_path) as cloud:
        params = {"Bucket": cloud.bucket, "Key": KEY, "ContentLength": 1000}
        params |= {"ContentType": "image/tiff", "ChecksumSHA256": digest}
        s3 = cloud.client("s3")
        url = s3.generate_presigned_url("put_object", Params=params, ExpiresIn=60)
        good = {"Content-Type": "image/tiff", "x-amz-checksum-sha256": digest}
        assert put(url, body + b"y", good)[0] == 403
        assert put(url, body, {**good, "Content-Type": "text/html"})[0] == 403
        status, told = put(url, b"y" * 1000, good)
        assert status == 400 and "<Code>BadDigest</Code>" in told
        other = url.replace("00001-large.tif", "00002-large.tif")
        assert put(other, body, good)[0] == 403
        assert "Contents" not in s3.list_objects_v2(Bucket=cloud.bucket)
        assert put(url, body, good)[0] == 200
        late = s3.generate_presigned_url("put_object", Params=params, ExpiresIn=1)
        time.sleep(2)
        status, told = put(late, body, good)
        assert status == 403 and "expired" in told
