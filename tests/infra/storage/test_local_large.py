"""Large bodies cost `spaceport up` disk and no memory."""

import hashlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.front.uploads import Peak
from boto3.s3.transfer import TransferConfig

from tests.infra.served import MIB, Served, served

SIZE_MIB = 1000
FLAT_MIB = 64
PIECE = bytes(range(256)) * (MIB // 256)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("large")) as running:
        yield running


def expected() -> str:
    digest = hashlib.md5()
    for _ in range(SIZE_MIB):
        digest.update(PIECE)
    return digest.hexdigest()


def put(up: Served, is_chunked: bool) -> str:
    """A PUT as curl makes it, of a file or of a pipe; returns the ETag."""
    place = {"Bucket": up.cloud.bucket, "Key": "captures/large"}
    link = up.client("s3").generate_presigned_url("put_object", Params=place)
    root = up.cloud.endpoint_url
    connection = http.client.HTTPConnection(root.removeprefix("http://"))
    headers = {} if is_chunked else {"Content-Length": str(SIZE_MIB * MIB)}
    pieces = (PIECE for _ in range(SIZE_MIB))
    connection.request("PUT", link.removeprefix(root), pieces, headers, encode_chunked=is_chunked)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    return answer.headers["ETag"].strip('"')


@pytest.mark.slow
@pytest.mark.parametrize("is_chunked", [False, True], ids=["sized", "chunked"])
def test_a_gigabyte_streams_in_and_out(up: Served, is_chunked: bool) -> None:
    up.client("s3").put_object(Bucket=up.cloud.bucket, Key="captures/warm", Body=PIECE)
    with Peak(up.process) as peak:
        etag = put(up, is_chunked)
        got = up.client("s3").get_object(Bucket=up.cloud.bucket, Key="captures/large")
        digest = hashlib.md5()
        for piece in got["Body"].iter_chunks(MIB):
            digest.update(piece)
    assert digest.hexdigest() == etag == expected()
    assert peak.grown_mib < FLAT_MIB


@pytest.mark.slow
def test_a_gigabyte_in_parts_streams(up: Served, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as stream:
        for _ in range(SIZE_MIB):
            stream.write(PIECE)
    s3, bucket = up.client("s3"), up.cloud.bucket
    parts = TransferConfig(multipart_chunksize=16 * MIB, max_concurrency=4)
    with Peak(up.process) as peak:
        s3.upload_file(str(path), bucket, "captures/parts", Config=parts)
    assert s3.head_object(Bucket=bucket, Key="captures/parts")["ContentLength"] == SIZE_MIB * MIB
    assert peak.grown_mib < FLAT_MIB
    assert sum(1 for _ in (up.state_dir / "tmp").iterdir()) == 0
