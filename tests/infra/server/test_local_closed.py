"""Web pages of strangers reach neither the API nor S3; our own pages and programs do."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spaceport_local.cloud import CloudOptions, LocalCloud

KEY = "/spaceport/uploads/a.txt"
EVIL = "http://evil.example"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state_dir: Path = tmp_path_factory.mktemp("closed")
    with LocalCloud(CloudOptions(state_dir)) as cloud:
        yield cloud


@pytest.fixture(autouse=True)
def stored(cloud: LocalCloud) -> Iterator[None]:
    """There before, and there afterwards."""
    place = {"Bucket": cloud.bucket, "Key": "uploads/a.txt"}
    cloud.client("s3").put_object(**place, Body=b"precious")
    yield
    assert cloud.client("s3").get_object(**place)["Body"].read() == b"precious"


def ask(
    url: str, method: str, path: str, body: bytes | None = None, /, **headers: Any
) -> tuple[int, dict[str, str], bytes]:
    """A request with exactly these headers (`_` for `-`)."""
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    sent = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    told = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, told, answer.read()


def link_to(cloud: LocalCloud) -> str:
    """The address of the object, presigned."""
    params = {"Bucket": cloud.bucket, "Key": "uploads/a.txt"}
    link: str = cloud.client("s3").generate_presigned_url("get_object", params)
    return link.removeprefix(cloud.endpoint_url)


def bulk_delete(key: str) -> bytes:
    return f"<Delete><Object><Key>{key}</Key></Object></Delete>".encode()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/data.json", "/moto-api/"])
def test_motos_own_controls_are_not_there(cloud: LocalCloud, method: str, path: str) -> None:
    status, _, body = ask(cloud.endpoint_url, method, path)
    assert 400 <= status < 500
    assert b"reset" not in body.lower()


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_foreign_pages_are_refused_on_both_ports(cloud: LocalCloud, origin: str) -> None:
    for url, path in ((cloud.endpoint_url, KEY), (cloud.api_url, "/jobs/a")):
        status, headers, body = ask(url, "GET", path, Origin=origin)
        assert status == 403
        assert b"curl" in body
        assert "access-control-allow-origin" not in headers
        status, headers, _ = ask(
            url, "OPTIONS", path, Origin=origin, Access_Control_Request_Method="PUT"
        )
        assert (status, "access-control-allow-origin" in headers) == (403, False)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""]
)
def test_a_name_that_was_pointed_here_is_refused(cloud: LocalCloud, host: str) -> None:
    for url, path in ((cloud.endpoint_url, KEY), (cloud.api_url, "/jobs/a")):
        assert ask(url, "GET", path, Host=host)[0] == 403


def test_a_strangers_form_changes_nothing(cloud: LocalCloud) -> None:
    """What a browser sends without asking first: forms, and text that is no form."""
    form = {"Content_Type": "text/plain", "Origin": EVIL}
    delete = bulk_delete("uploads/a.txt")
    assert ask(cloud.endpoint_url, "POST", "/spaceport?delete", delete, **form)[0] == 403
    job = b'{"s3Url": "s3://spaceport/uploads/a.txt", "email": "a@b.cd", "pipelineStep": "sfm"}'
    assert ask(cloud.api_url, "POST", "/start-job", job, **form)[0] == 403
    assert ask(cloud.api_url, "POST", "/jobs/a/cancel", b"", Origin=EVIL)[0] == 403


def test_a_browser_that_hides_the_origin_is_told_by_its_metadata(cloud: LocalCloud) -> None:
    foreign = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    link = link_to(cloud)
    assert ask(cloud.endpoint_url, "GET", link, Sec_Fetch_Dest="image", **foreign)[0] == 403
    assert ask(cloud.endpoint_url, "POST", "/spaceport?delete", b"", **foreign)[0] == 403
    followed = {**foreign, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert ask(cloud.endpoint_url, "GET", link, **followed)[0] == 200
    assert ask(cloud.endpoint_url, "DELETE", link, **followed)[0] == 403


def test_aws_is_asked_with_headers_that_no_strange_page_can_send(cloud: LocalCloud) -> None:
    url = cloud.client("sqs").create_queue(QueueName="drill")["QueueUrl"]
    path = f"/?Action=DeleteQueue&QueueUrl={url}"
    assert 400 <= ask(cloud.endpoint_url, "POST", path)[0] < 500
    ask(cloud.endpoint_url, "GET", path)
    assert cloud.client("sqs").get_queue_url(QueueName="drill")["QueueUrl"] == url
    cloud.client("sqs").delete_queue(QueueUrl=url)


def test_our_own_page_may_read_and_upload(cloud: LocalCloud) -> None:
    port = cloud.api_url.rpartition(":")[2]
    for origin in (f"http://127.0.0.1:{port}", f"http://localhost:{port}"):
        asked = {"Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "x-a"}
        status, headers, _ = ask(cloud.endpoint_url, "OPTIONS", KEY, Origin=origin, **asked)
        assert (status, headers["access-control-allow-origin"]) == (204, origin)
        assert "PUT" in headers["access-control-allow-methods"]
        assert headers["access-control-allow-headers"] == "x-a"
        status, headers, body = ask(cloud.endpoint_url, "GET", link_to(cloud), Origin=origin)
        assert (status, body) == (200, b"precious")
        assert "ETag" in headers["access-control-expose-headers"]
        # A refusal is for the page to read, too.
        status, headers, _ = ask(cloud.endpoint_url, "GET", KEY, Origin=origin)
        assert (status, headers["access-control-allow-origin"]) == (403, origin)
        status, headers, _ = ask(cloud.api_url, "GET", "/jobs", Origin=origin)
        assert (status, headers["access-control-allow-origin"]) == (401, origin)
        assert headers["access-control-allow-origin"] == origin


def test_programs_need_no_origin(cloud: LocalCloud) -> None:
    status, headers, body = ask(cloud.endpoint_url, "GET", link_to(cloud))
    assert (status, body) == (200, b"precious")
    assert not [name for name in headers if name.startswith("access-control")]
    assert ask(cloud.api_url, "GET", "/jobs/a")[0] == 401


def test_a_frame_of_a_strangers_page_shows_what_is_embedded_and_nothing_else(
    cloud: LocalCloud,
) -> None:
    framed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    into = {**framed, "Sec_Fetch_Dest": "iframe"}
    assert ask(cloud.api_url, "GET", "/embed/s/abc", **into, Accept="text/html")[0] == 200
    for path in ("/", "/s/abc", "/view/abc", "/embedded", "/jobs"):
        assert ask(cloud.api_url, "GET", path, **into)[0] == 403
    fetched = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert ask(cloud.api_url, "GET", "/embed/s/abc", **fetched, Sec_Fetch_Dest="image")[0] == 403
