"""docs/webhooks.md says how a receiver knows that it was us: its lines run as they are written."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spaceport_notify.webhooks.hook import Signature

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
SECRET, BODY = "s3cret", b'{"id": "1", "event": {}}'


@pytest.fixture
def verify() -> Callable[..., bool]:
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(snippet, str(PAGE), "exec"), names)
    found: Callable[..., bool] = names["is_from_spaceport"]
    return found


def test_what_we_post_verifies_and_nothing_else_does(verify: Callable[..., bool]) -> None:
    now = datetime.now(UTC)
    header = Signature(SECRET).header(BODY, now)
    assert verify(SECRET, header, BODY)
    assert not verify("another", header, BODY)
    assert not verify(SECRET, header, BODY + b" ")
    assert not verify(SECRET, Signature(SECRET).header(BODY, now - timedelta(hours=1)), BODY)
