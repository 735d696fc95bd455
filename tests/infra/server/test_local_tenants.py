"""Every route, asked by its owner, by another tenant, by nobody, and with a share's token.

The routes are those of docs/openapi.json: one without a row here fails.
"""

import http.client
import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner
from tests.infra.asked import get, post
from tests.infra.clouds import Program, wait_for
from tests.infra.uploads import PHOTOS, all_mails, mails, upload

OPENAPI = Path(__file__).parents[3] / "docs" / "openapi.json"
BOB = "of-bob"
MAIL = "you@example.com"


@dataclass(frozen=True)
class Row:
    """What the owner and another tenant are answered; `mine`: what nobody may see in theirs."""

    owner: tuple[int, ...]
    other: tuple[int, ...]
    body: dict[str, Any] | None = None
    names: dict[str, str] = field(default_factory=dict)
    is_open: bool = False


PLAN = {"area": {"type": "Point", "coordinates": [8.0, 50.0]}, "pattern": "orbit"}
# Two routes' parameters are called alike and mean different things here.
APART = {
    "DELETE /uploads/{upload_id}": "DELETE /uploads/{spare_id}",
    **{
        f"{method} /unsubscribe/{{token}}": f"{method} /unsubscribe/{{mail_token}}"
        for method in ("GET", "POST")
    },
}
# In the order in which the owner asks: what ends a thing comes last.
ROWS = {
    "GET /jobs": Row((200,), (200,)),
    "GET /jobs/{job_id}": Row((200,), (404,)),
    "GET /jobs/{job_id}/events": Row((200,), (404,)),
    "GET /jobs/{job_id}/files/{name}": Row((302,), (404,), names={"name": "scene.sog"}),
    # The quick stand-in for sfm leaves no photos: its owner is told that there are none.
    "GET /jobs/{job_id}/photos/{name}": Row((302, 404), (404,), names={"name": "p0.jpg"}),
    "PUT /jobs/{job_id}/annotations": Row((200,), (404,), {"annotations": []}),
    "GET /jobs/{job_id}/annotations": Row((200,), (404,)),
    "GET /shared/{token}/annotations": Row((200,), (200,), is_open=True),
    "GET /jobs/{job_id}/positions": Row((200,), (404,)),
    "GET /jobs/{job_id}/results": Row((200,), (404,)),
    "GET /jobs/{job_id}/shares": Row((200,), (404,)),
    "POST /jobs/{job_id}/shares": Row((201,), (404,), {}),
    "GET /shared/{token}": Row((200,), (200,), is_open=True),
    "GET /shared/{token}/files/{name}": Row(
        (302,), (302,), names={"name": "scene.sog"}, is_open=True
    ),
    "POST /find-job": Row((200,), (404,), {"s3Url": "{uri}", "etag": "{etag}"}),
    "POST /start-job": Row(
        (202,),
        (403,),
        {"s3Url": "s3://spaceport/uploads/{upload_id}/", "email": MAIL, "pipelineStep": "sfm"},
    ),
    "GET /uploads/{upload_id}": Row((200,), (404,)),
    "POST /uploads/{upload_id}/links": Row((200,), (404,), {"files": [{"name": "p0.jpg"}]}),
    "POST /uploads/{upload_id}/parts": Row((200, 409), (404,), {"files": ["p0.jpg"]}),
    "POST /uploads/{upload_id}/complete": Row((202,), (404,), {"email": MAIL}),
    "DELETE /uploads/{spare_id}": Row((204,), (404,)),
    "GET /webhooks": Row((200,), (200,)),
    "DELETE /webhooks/{hook_id}": Row((204,), (404,)),
    "DELETE /shares/{share_id}": Row((204,), (404,)),
    "POST /jobs/{job_id}/cancel": Row((409,), (404,)),
    "POST /jobs/{job_id}/replay": Row((202,), (404,), {"from": "3dgs"}),
    "DELETE /jobs/{job_id}": Row((202,), (404,)),
    # Nobody's in particular: whoever is signed in gets an answer of their own.
    "GET /options": Row((200,), (200,)),
    "POST /uploads": Row((201,), (201,), {"files": [{"name": "a.jpg", "sizeBytes": 9}]}),
    "POST /batches": Row(
        (202,),
        (422,),  # what each capture is refused for stands in `errors`
        {"captures": [{"s3Url": "s3://spaceport/uploads/{upload_id}/"}], "email": MAIL},
    ),
    "GET /batches/{batch_id}": Row((200,), (404,)),
    "POST /webhooks": Row((201,), (201,), {"url": "https://hooks.example.org/x"}),
    "POST /drone-path": Row((200, 422), (200, 422), PLAN),
    "POST /estimates": Row((200, 422), (200, 422), {"photos": 20}),
    # A mail's secret: whoever has it.
    "GET /unsubscribe/{mail_token}": Row((200,), (200,), is_open=True),
    "POST /unsubscribe/{mail_token}": Row((200,), (200,), is_open=True),
}


@dataclass(frozen=True)
class World:
    """A cloud with a delivered job of its owner, and everything that hangs on one."""

    cloud: LocalCloud
    known: dict[str, str]

    def ask(self, key: str, row: Row, authorization: str | None) -> tuple[int, str]:
        """The status and the body."""
        method, _, path = key.partition(" ")
        path = path.format(**{**self.known, **row.names})
        body = self._filled(row.body)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if authorization:
            headers["Authorization"] = authorization
        host = self.cloud.api_url.removeprefix("http://").rstrip("/")
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def _filled(self, body: dict[str, Any] | None) -> bytes | None:
        if body is None:
            return None
        text = json.dumps(body)
        for name, value in self.known.items():
            text = text.replace("{" + name + "}", value)
        return text.encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    options = CloudOptions(
        tmp_path_factory.mktemp("tenants"),
        runner=FunctionRunner(Program()),
        guests={BOB: "bob"},
    )
    with LocalCloud(options) as cloud:
        job_id = upload(cloud, "mine", MAIL)
        wait_for(lambda: mails(cloud, "mine"))
        wait_for(lambda: get(cloud, f"/jobs/{job_id}")["status"] == "delivered")
        key = "uploads/mine/manifest.json"
        etag = cloud.client("s3").head_object(Bucket=cloud.bucket, Key=key)["ETag"]
        share = post(cloud, f"/jobs/{job_id}/shares", {})
        files = [{"name": f"p{n}.jpg", "sizeBytes": len(each)} for n, each in enumerate(PHOTOS)]
        begun = post(cloud, "/uploads", {"files": files})
        send(begun["links"], dict(zip((str(each["name"]) for each in files), PHOTOS, strict=True)))
        unsubscribe = all_mails(cloud, "mine")[0]["List-Unsubscribe"].strip("<>")
        zipped = zip_of(PHOTOS)
        cloud.client("s3").put_object(Bucket=cloud.bucket, Key="captures/b.zip", Body=zipped)
        capture = {"s3Url": f"s3://{cloud.bucket}/captures/b.zip"}
        batch = post(cloud, "/batches", {"email": MAIL, "captures": [capture]})
        wait_for(lambda: get_or_none(cloud, f"/batches/{batch['batchId']}"))
        known = {
            "batch_id": batch["batchId"],
            "job_id": job_id,
            "share_id": share["shareId"],
            "token": share["token"],
            "upload_id": begun["uploadId"],
            "spare_id": post(cloud, "/uploads", {"files": files})["uploadId"],
            "hook_id": post(cloud, "/webhooks", {"url": "https://hooks.example.org/"})["id"],
            "mail_token": unsubscribe.rpartition("/")[2],
            "uri": f"s3://{cloud.bucket}/{key}",
            "etag": etag.strip('"'),
        }
        yield World(cloud, known)


def zip_of(photos: list[bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, content in enumerate(photos):
            archive.writestr(f"p{number}.jpg", content)
    return stream.getvalue()


def get_or_none(cloud: LocalCloud, path: str) -> Any:
    try:
        return get(cloud, path)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return None


def send(links: list[dict[str, Any]], contents: dict[str, bytes]) -> None:
    for link in links:
        body = contents[link["name"]]
        request = urllib.request.Request(link["url"], body, link["headers"], method="PUT")
        urllib.request.urlopen(request, timeout=60).close()


def routes() -> list[str]:
    document = json.loads(OPENAPI.read_text())
    found = [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    ]
    return [APART.get(key, key) for key in found]


def test_every_route_has_a_row() -> None:
    assert sorted(routes()) == sorted(ROWS), "say in ROWS who may ask it, and what of"


def strangers(key: str, row: Row, world: World) -> dict[str, tuple[int, str]]:
    shared = f"Bearer {world.known['token']}"
    asked = {"other": f"Bearer {BOB}", "none": None, "share": shared, "forged": "Bearer x.y.z"}
    return {who: world.ask(key, row, header) for who, header in asked.items()}


@pytest.mark.parametrize("key", ROWS)
def test_strangers_get_nothing_of_mine(key: str, world: World) -> None:
    row = ROWS[key]
    found = strangers(key, row, world)
    assert found["other"][0] in row.other, found["other"]
    expected = row.owner if row.is_open else (401,)
    for who in ("none", "share", "forged"):
        assert found[who][0] in expected, (who, found[who])
    if not row.is_open:
        # Neither in an answer nor in a refusal; what was asked for by name may be named.
        secrets = [world.known["job_id"], world.known["share_id"], world.known["hook_id"]]
        for who, (_, told) in found.items():
            assert not [each for each in secrets if each in told and "{" not in key], (who, told)


def test_the_owner_may_do_it_all(world: World) -> None:
    """In order: a job is deleted when nothing else is to be asked of it."""
    answered = {
        key: world.ask(key, row, f"Bearer {world.cloud.token}") for key, row in ROWS.items()
    }
    wrong = {k: v for k, v in answered.items() if v[0] not in ROWS[k].owner}
    assert not wrong, wrong
