"""`/outbox`: the owner reads the mails, nobody else does, and no mail can do anything."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from spaceport_local.http.frontdoor import FrontDoor
from spaceport_local.http.outbox import OutboxPages
from spaceport_local.http.pages import Pages
from spaceport_local.http.signin import SignIn

TOKEN, GUEST = "token-of-the-owner", "token-of-a-guest"
NAME = "20261128T070000000000-abcdef012345.eml"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Spaceport <a@example.org>", "ann@example.org"
    mail["Subject"] = f"Beach {EVIL}: your 3D scene is ready"
    mail["X-Spaceport-Job"], mail["X-Spaceport-Kind"] = "0123456789ab", "delivered"
    mail.set_content(f"Hello {EVIL}")
    mail.add_alternative(
        f'<html><head></head><body>{EVIL}<img src="cid:preview@spaceport"></body></html>',
        subtype="html",
    )
    html = mail.get_body(("html",))
    assert html is not None
    html.add_related(b"png", "image", "png", cid="<preview@spaceport>")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / NAME).write_bytes(mail.as_bytes())
    (tmp_path / "secret.eml").write_text("no mail of the outbox")
    return tmp_path / "outbox"


def ask(
    folder: Path | None, path: str, token: str | None = TOKEN, html: bool = True
) -> TestResponse:
    sign_in = SignIn(TOKEN, {GUEST: "guest"})
    pages = Pages(Path("/nowhere"), "http://127.0.0.1:8081")
    door = FrontDoor((), {}, sign_in, pages, OutboxPages(folder, sign_in))
    headers = {"Accept": "text/html" if html else "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return Client(door).get(path, headers=headers)


def test_the_list_names_every_mail(folder: Path) -> None:
    page = ask(folder, "/outbox")
    assert page.status_code == 200
    assert f"/outbox/{NAME}" in page.text
    assert EVIL not in page.text
    (mail,) = ask(folder, "/outbox", html=False).get_json()["mails"]
    assert (mail["name"], mail["to"], mail["kind"]) == (NAME, "ann@example.org", "delivered")


def test_a_mail_is_framed_and_can_do_nothing(folder: Path) -> None:
    page = ask(folder, f"/outbox/{NAME}")
    assert EVIL not in page.text
    assert f'<iframe src="/outbox/{NAME}/html" sandbox="allow-popups' in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    html = ask(folder, f"/outbox/{NAME}/html")
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ") and "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert 'src="data:image/png;base64,cG5n"' in html.text
    raw = ask(folder, f"/outbox/{NAME}/raw")
    assert raw.data == (folder / NAME).read_bytes()
    assert raw.content_type.startswith("message/rfc822")


@pytest.mark.parametrize("path", ["/outbox", f"/outbox/{NAME}", f"/outbox/{NAME}/html"])
def test_only_the_owner_reads(folder: Path, path: str) -> None:
    assert ask(folder, path, token=None, html=False).status_code == 401
    assert ask(folder, path, token="wrong", html=False).status_code == 401
    assert ask(folder, path, token=GUEST, html=False).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["none.eml", "../secret.eml", "..%2Fsecret.eml", "secret.eml", f"{NAME}/other", "%00.eml"],
)
def test_nothing_beside_it_is_read(folder: Path, name: str) -> None:
    answer = ask(folder, f"/outbox/{name}", html=False)
    assert answer.status_code == 404
    assert b"no mail of the outbox" not in answer.data


def test_where_mail_is_not_kept_there_is_no_outbox() -> None:
    assert ask(None, "/outbox", html=False).status_code == 404
