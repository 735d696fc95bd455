"""A busy server is asked again when it says; one that is busy for hours is not waited for."""

import io
import urllib.error
from email.message import Message
from typing import NoReturn

import pytest

from spaceport_cli.cloud.access import Refused
from spaceport_cli.photos import send


def busy(status: int, after: str | None) -> urllib.error.HTTPError:
    headers = Message()
    if after is not None:
        headers["Retry-After"] = after
    told = io.BytesIO(b'{"detail": "That is more than 500 GiB of uploads today."}')
    return urllib.error.HTTPError("http://127.0.0.1/", status, "busy", headers, told)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr("spaceport_cli.photos.send.time.sleep", pauses.append)
    return pauses


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_asked_to(status: int, slept: list[float]) -> None:
    answers = [busy(status, "40"), busy(status, None)]

    def once() -> str:
        if answers:
            raise answers.pop(0)
        return "done"

    assert send.try_again(once, "Nobody answers.") == "done"
    assert slept[0] == 40
    assert 0 < slept[1] < 1


def test_hours_are_not_waited_for(slept: list[float]) -> None:
    def once() -> NoReturn:
        raise busy(429, "18180")

    with pytest.raises(Refused, match="more than 500 GiB"):
        send.try_again(once, "Nobody answers.")
    assert slept == []
