"""The mails themselves: what they show, where they lead, and whom they leave alone."""

from dataclasses import replace
from email.message import EmailMessage

import pytest
from tests.fakes_notify import FakeAddresses, FakeMailer, FakeStatusTable, make_kit
from tests.http_requests import get, http
from tests.unit.notify.story import EMAIL, JOB, Story

from spaceport_contracts.events import Event, Stage
from spaceport_contracts.failure import FailureClass
from spaceport_notify.api import make_api
from spaceport_notify.handler import routes
from spaceport_notify.letters.silence import BOUNCED, COMPLAINED, on_feedback
from spaceport_notify.ports import Kit
from spaceport_notify.tell import tell
from spaceport_runtime.errors import Poison

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


class Post:
    """notify on fakes, and what it sent."""

    def __init__(self, folder_url: str | None = None) -> None:
        self.story, self.mailer = Story(), FakeMailer()
        self.kit: Kit = replace(
            make_kit(FakeStatusTable(), self.mailer, self.story.store), folder_url=folder_url
        )

    def send(self, *events: Event) -> list[EmailMessage]:
        for event in events:
            tell(event, self.kit)
        return self.mailer.sent

    @property
    def kinds(self) -> list[str]:
        return [mail["X-Spaceport-Kind"] for mail in self.mailer.sent]


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def unsubscribe_path(mail: EmailMessage) -> str:
    url: str = mail["List-Unsubscribe"].strip("<>")
    return url.removeprefix("https://spaceport.example.org")


def test_the_work_begins_with_one_mail() -> None:
    post = Post()
    requested = post.story.requested()
    [mail] = post.send(requested, requested)
    assert mail["Subject"] == "Brighton beach: your 3D scene is in the works"
    assert "18 photos" in part(mail, "plain")
    assert f"https://spaceport.example.org/captures/{JOB}" in part(mail, "html")


def test_nobody_is_told_late_that_the_work_begins() -> None:
    post = Post()
    requested = post.story.requested()
    post.send(post.story.failed(Stage.SFM, requested), requested)
    assert post.kinds == ["failed"]
    again = Post()
    first = again.story.requested()
    again.send(again.story.requested(2, minute=20), first)
    assert again.kinds == []


def test_a_delivery_shows_a_view_of_the_scene() -> None:
    post = Post()
    png = b"\x89PNG\r\n\x1a\n" + bytes(100)
    post.story.images["preview.png"] = png
    mail = post.send(*post.story.whole())[-1]
    assert mail["X-Spaceport-Kind"] == "delivered"
    assert 'src="cid:preview@spaceport"' in part(mail, "html")
    [picture] = [each for each in mail.walk() if each.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<preview@spaceport>"
    assert picture.get_content() == png


def test_a_picture_that_is_too_big_for_a_mail_is_left_out() -> None:
    post = Post()
    post.story.images["preview.png"] = bytes(3_000_000)
    mail = post.send(*post.story.whole())[-1]
    assert "cid:" not in part(mail, "html")
    assert len(mail.as_bytes()) < 100_000


@pytest.mark.parametrize(
    ("failure_class", "told"), [(FailureClass.INTERNAL, True), (FailureClass.USER, False)]
)
def test_how_to_go_on_from_there_is_said_where_it_can_help(
    failure_class: FailureClass, told: bool
) -> None:
    post = Post()
    failed = post.story.failed(Stage.TRAIN, post.story.requested())
    mail = post.send(
        post.story.requested(), failed.model_copy(update={"failure_class": failure_class})
    )[-1]
    for kind in ("plain", "html"):
        assert (f"/captures/{JOB}?retry=3dgs" in part(mail, kind)) is told


def test_the_mail_of_a_run_names_no_port_that_died_with_it() -> None:
    """Fails where it linked to http://127.0.0.1:8080/...: nothing answers after the command."""
    post = Post(folder_url="file:///home/ada/my%20flight/")
    mail = post.send(*post.story.whole())[-1]
    assert post.kinds == ["delivered"]  # who sits in front of it needs no mail that it begins
    for text in (part(mail, "plain"), part(mail, "html")):
        assert "file:///home/ada/my%20flight/report.html" in text
        assert "http://" not in text and "https://" not in text
    assert mail["List-Unsubscribe"] is None
    failed = Post(folder_url="file:///home/ada/my%20flight/")
    failure = failed.story.failed(Stage.SFM, failed.story.requested())
    broken = failure.model_copy(update={"failure_class": FailureClass.INTERNAL})
    mail = failed.send(failed.story.requested(), broken)[-1]
    assert "--from sfm --out '/home/ada/my flight/'" in part(mail, "plain")


def test_one_click_stops_the_mail() -> None:
    post = Post()
    [mail] = post.send(post.story.requested())
    assert mail["List-Unsubscribe-Post"] == ONE_CLICK
    path, app = unsubscribe_path(mail), make_api(lambda: post.kit)
    page = app.resolve(get(path), None)
    assert (page["statusCode"], "<form" in page["body"]) == (200, True)
    assert post.kit.addresses.entry(EMAIL).silenced is None  # a look changes nothing
    assert app.resolve(http("POST", path, ONE_CLICK, FORM), None)["statusCode"] == 200
    post.send(post.story.failed(Stage.SFM, post.story.requested()))
    assert post.kinds == ["started"]


@pytest.mark.parametrize("token", ["0" * 64, "x", "0" * 63 + "g", "..", "%00"])
def test_a_link_that_belongs_to_nobody(token: str) -> None:
    app = make_api(make_kit)
    for event in (get(f"/unsubscribe/{token}"), http("POST", f"/unsubscribe/{token}", "", FORM)):
        assert app.resolve(event, None)["statusCode"] == 404


def feedback(name: str, kind: str, address: str = EMAIL) -> dict[str, object]:
    """As in SES's guide, "Event data that Amazon SES publishes", shortened."""
    people = [{"emailAddress": address}]
    told: dict[str, object] = {"complaint": {"complainedRecipients": people}}
    if name == BOUNCED:
        told = {"bounce": {"bounceType": kind, "bouncedRecipients": people}}
    return {"mail": {"messageId": "1", "destination": [address]}, **told}


@pytest.mark.parametrize(
    ("name", "kind", "silenced"),
    [
        (BOUNCED, "Permanent", "bounced"),
        (BOUNCED, "Transient", None),
        (BOUNCED, "Undetermined", None),
        (COMPLAINED, "", "complained"),
    ],
)
def test_who_cannot_be_written_to_is_remembered(name: str, kind: str, silenced: str | None) -> None:
    post = Post()
    post.send(post.story.requested())
    routes(post.kit)[name](feedback(name, kind, EMAIL.upper()))
    assert post.kit.addresses.entry(EMAIL).silenced == silenced
    post.send(post.story.failed(Stage.SFM, post.story.requested()))
    assert post.kinds == (["started"] if silenced else ["started", "failed"])


@pytest.mark.parametrize("detail", [None, [], {"bounce": {}}, {"complaint": 5}])
def test_feedback_that_is_none_is_poison(detail: object) -> None:
    with pytest.raises(Poison):
        on_feedback(detail, make_kit())


def test_feedback_about_no_address_changes_nothing() -> None:
    kit = make_kit()
    on_feedback(feedback(BOUNCED, "Permanent", "=?utf-8?q?x?= <a@b>"), kit)
    assert isinstance(kit.addresses, FakeAddresses)
    assert kit.addresses.silenced == {}
