"""AWS's ports answer what this installation signed, and nothing else; against botocore's signer."""

import hashlib
import io
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from spaceport_local.account import REGION
from spaceport_local.aws import signatures
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.disk.secrets import KeyPair
from tests.infra.asked import signature
from tests.infra.clouds import NOTHING

PLACE = {"Bucket": "spaceport", "Key": "uploads/a b+c ä.jpg"}
OTHERS = KeyPair("SPACEPORTOTHERS", "no-secret-of-ours")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state_dir: Path = tmp_path_factory.mktemp("signed")
    with LocalCloud(CloudOptions(state_dir, topology=NOTHING)) as cloud:
        yield cloud


@pytest.fixture
def stored(cloud: LocalCloud) -> Iterator[None]:
    """There before, and the same afterwards."""
    cloud.client("s3").put_object(**PLACE, Body=b"precious")
    yield
    assert cloud.client("s3").get_object(**PLACE)["Body"].read() == b"precious"


def client(cloud: LocalCloud, keys: KeyPair, service: str = "s3", version: str = "") -> Any:
    session = boto3.session.Session()
    return session.client(  # type: ignore[call-overload]
        service,
        endpoint_url=cloud.endpoint_url,
        region_name=REGION,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        config=Config(signature_version=version or ("s3v4" if service == "s3" else "v4")),
    )


def send(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    named = dict(headers or {})
    if body is not None:
        named.setdefault("Content-Type", "application/octet-stream")
    request = urllib.request.Request(url, body, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


def presign(cloud: LocalCloud, operation: str = "get_object", **more: Any) -> str:
    params = {**PLACE, **more}
    made: str = client(cloud, cloud.keys).generate_presigned_url(operation, params, 60)
    return made


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/spaceport/uploads/a%20b%2Bc%20%C3%A4.jpg", None),
        ("PUT", "/spaceport/uploads/a%20b%2Bc%20%C3%A4.jpg", b"replaced"),
        ("DELETE", "/spaceport/uploads/a%20b%2Bc%20%C3%A4.jpg", None),
        ("GET", "/spaceport?list-type=2", None),
        ("GET", "/", None),
        ("POST", "/spaceport?delete", b"<Delete/>"),
        ("PUT", "/new-bucket", None),
        ("DELETE", "/spaceport", None),
    ],
)
def test_what_is_not_signed_is_refused_in_words(
    cloud: LocalCloud, method: str, path: str, body: bytes | None
) -> None:
    status, told = send(cloud.endpoint_url + path, method, body)
    assert (status, b"AccessDenied" in told, b"keys.json" in told) == (403, True, True)


@pytest.mark.usefixtures("stored")
def test_a_form_with_a_file_is_refused(cloud: LocalCloud) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nuploads/f.zip\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert send(f"{cloud.endpoint_url}/spaceport", "POST", form, headers)[0] == 403


@pytest.mark.usefixtures("stored")
def test_other_keys_and_other_secrets_are_refused(cloud: LocalCloud) -> None:
    for keys, code in (
        (OTHERS, "InvalidAccessKeyId"),
        (KeyPair(cloud.keys.access_key, OTHERS.secret_key), "SignatureDoesNotMatch"),
    ):
        with pytest.raises(ClientError, match=code):
            client(cloud, keys).get_object(**PLACE)
        for service, ask in (
            ("sqs", "list_queues"),
            ("dynamodb", "list_tables"),
            ("events", "list_rules"),
        ):
            with pytest.raises(ClientError, match=code):
                getattr(client(cloud, keys, service), ask)()


@pytest.mark.usefixtures("stored")
def test_an_old_kind_of_signature_is_refused(cloud: LocalCloud) -> None:
    old = client(cloud, cloud.keys, version="s3").generate_presigned_url("get_object", PLACE)
    assert "X-Amz-Signature" not in old
    assert send(old)[0] == 403


def test_a_presigned_link_opens_one_object_for_its_time(
    cloud: LocalCloud, stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = presign(cloud, ResponseContentType="text/plain")
    assert send(link) == (200, b"precious")
    assert send(link, headers={"Range": "bytes=0-3"}) == (206, b"prec")
    assert send(link, "PUT", b"replaced")[0] == 403
    assert send(link, "DELETE")[0] == 403
    assert send(link.replace("uploads/", "captures/"))[0] == 403
    assert send(link.replace("Expires=60", "Expires=6000"))[0] == 403
    assert send(link + "&versionId=1")[0] == 403
    later = datetime.now(UTC) + timedelta(seconds=61)
    with pytest.raises(signatures.Unsigned, match="expired"):
        signatures.check(environ_of(link), cloud.keys, later)
    signatures.check(environ_of(link), cloud.keys, later - timedelta(seconds=5))
    with pytest.raises(signatures.Unsigned, match="not valid yet"):
        signatures.check(environ_of(link), cloud.keys, later - timedelta(hours=1))


def environ_of(link: str, method: str = "GET") -> dict[str, Any]:
    """What the server makes of a link."""
    host, _, rest = link.removeprefix("http://").partition("/")
    query = rest.partition("?")[2]
    return {
        "REQUEST_METHOD": method,
        "REQUEST_URI": f"/{rest}",
        "QUERY_STRING": query,
        "wsgi.input": io.BytesIO(),
        "HTTP_HOST": host,
    }


def test_a_presigned_put_takes_one_size_and_one_type(cloud: LocalCloud) -> None:
    link = presign(cloud, "put_object", ContentLength=4, ContentType="image/jpeg")
    jpeg = {"Content-Type": "image/jpeg"}
    assert send(link, "PUT", b"12345", jpeg)[0] == 403
    assert send(link, "PUT", b"123", jpeg)[0] == 403
    assert send(link, "PUT", b"1234", {"Content-Type": "text/html"})[0] == 403
    # Nor may it be used to copy what its holder cannot read, or to ask another service.
    for loose in ("X-Amz-Copy-Source", "X-Amz-Target", "X-Amz-Meta-Email", "X-Amz-Acl"):
        status, told = send(link, "PUT", b"1234", {**jpeg, loose: "x"})
        assert (status, loose.lower().encode() in told.lower()) == (403, True)
    assert send(link, "PUT", b"1234", jpeg)[0] == 200
    got = cloud.client("s3").get_object(**PLACE)
    assert (got["Body"].read(), got["ContentType"]) == (b"1234", "image/jpeg")


def test_a_signed_request_is_for_now_and_for_its_body(cloud: LocalCloud) -> None:
    url = f"{cloud.endpoint_url}/spaceport/uploads/now"
    whole = signature(cloud.keys, "PUT", url, b"whole", {"Content-Type": "a/b"})
    status, told = send(url, "PUT", b"other", whole)
    assert (status, b"XAmzContentSHA256Mismatch" in told) == (400, True)
    with pytest.raises(ClientError, match="404"):
        cloud.client("s3").head_object(Bucket="spaceport", Key="uploads/now")
    assert send(url, "PUT", b"whole", whole)[0] == 200
    delete = b"<Delete><Object><Key>uploads/now</Key></Object></Delete>"
    listed = signature(cloud.keys, "POST", f"{cloud.endpoint_url}/spaceport?delete", b"<Delete/>")
    assert send(f"{cloud.endpoint_url}/spaceport?delete", "POST", delete, listed)[0] == 400
    assert send(f"{url}", "GET", None, signature(cloud.keys, "GET", url)) == (200, b"whole")


def test_a_stale_request_is_refused(cloud: LocalCloud) -> None:
    url = f"{cloud.endpoint_url}/spaceport?list-type=2"
    headers = signature(cloud.keys, "GET", url)
    environ = environ_of(url)
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
    signatures.check(environ, cloud.keys, datetime.now(UTC))
    for moved in (timedelta(minutes=16), -timedelta(minutes=16)):
        with pytest.raises(signatures.Unsigned) as caught:
            signatures.check(environ, cloud.keys, datetime.now(UTC) + moved)
        assert caught.value.refusal.code == "RequestTimeTooSkewed"


@pytest.mark.parametrize(
    "broken",
    [
        lambda h: h.replace("Credential=", "Credential=x/"),
        lambda h: h.replace("SignedHeaders=", "SignedHeaders=x;"),
        lambda h: h.replace("host;", ""),
        lambda h: h.partition("Signature=")[0] + "Signature=" + "0" * 64,
        lambda h: h.partition("Signature=")[0],
        lambda h: "AWS4-HMAC-SHA256",
        lambda h: "Bearer x",
        lambda h: h.replace("/s3/", "/sqs/"),
        lambda h: h.replace("/us-east-1/", "/eu-central-1/"),
    ],
)
def test_a_header_that_is_damaged_is_refused(
    cloud: LocalCloud, broken: Callable[[str], str]
) -> None:
    url = f"{cloud.endpoint_url}/spaceport?list-type=2"
    headers = signature(cloud.keys, "GET", url)
    assert send(url, "GET", None, headers)[0] == 200
    headers["Authorization"] = broken(headers["Authorization"])
    status, told = send(url, "GET", None, headers)
    assert status in (400, 403)
    assert b"<Code>" in told


TITLES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
KEYS = st.text(st.characters(codec="utf-8", min_codepoint=1), min_size=1, max_size=40)
PAIR = KeyPair("SPACEPORTTEST", "a secret/with+odd=signs")


@settings(max_examples=300, deadline=None)
@given(key=KEYS, title=TITLES)
def test_whatever_botocore_signs_is_known_again(key: str, title: str) -> None:
    """The same keys, another key: any name, as a header's signature and as a link."""
    url = f"http://127.0.0.1:8081/spaceport/{quote(key)}?prefix={quote(key, safe='')}"
    told = {"x-amz-meta-title": title, "Host": "127.0.0.1:8081"}
    headers = signature(PAIR, "GET", url, None, told)
    environ = environ_of(url)
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
    signatures.check(environ, PAIR, datetime.now(UTC))
    with pytest.raises(signatures.Unsigned):
        signatures.check({**environ, "HTTP_X_AMZ_META_TITLE": title + "x"}, PAIR, datetime.now(UTC))
    with pytest.raises(signatures.Unsigned):
        signatures.check({**environ, "REQUEST_METHOD": "DELETE"}, PAIR, datetime.now(UTC))


def test_a_body_that_is_read_twice_is_read_whole(cloud: LocalCloud) -> None:
    """SES is sent forms, SQS JSON: both are hashed here before moto reads them."""
    body = b"x" * 900_000
    url = cloud.client("sqs").create_queue(QueueName="hashed")["QueueUrl"]
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body.decode())
    [message] = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["MD5OfBody"] == hashlib.md5(body, usedforsecurity=False).hexdigest()
