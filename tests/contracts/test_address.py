"""What is an address that mail can be sent to, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from spaceport_contracts.address import EmailAddress, email_address, is_email

GOOD = {
    "ada@example.org": "ada@example.org",
    "A.B+c@Ex.COM": "A.B+c@ex.com",
    "a@münchen.de": "a@xn--mnchen-3ya.de",
    "o'neill@example.co.uk": "o'neill@example.co.uk",
}
BAD = [
    "",
    "ada",
    "ada@localhost",
    "ada@example.org\n",
    " ada@example.org",
    "ada@example.org, eve@example.org",
    "ada@example.org\r\nBcc: eve@example.org",
    "Ada <ada@example.org>",
    '"a b"@example.org',
    "a..b@example.org",
    "a@[127.0.0.1]",
    "ü@example.org",
    "\ud800@example.org",
    "a@b\udfff.org",
    "=?utf-8?q?v=40evil.com=2C?=@x.com",
    "=?utf-8?q?=0d=0aBcc=3a?=@x.com",
    "=?utf-8?b?dkBldmlsLmNvbSw=?=@x.com",
    "=?@x.com",
    "x" * 65 + "@example.org",
    "a@" + "b." * 130 + "org",
]


@pytest.mark.parametrize(("text", "written"), GOOD.items())
def test_an_address_is_kept_in_one_form(text: str, written: str) -> None:
    assert email_address(text) == written
    assert TypeAdapter(EmailAddress).validate_python(text) == written


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_email(text)
    with pytest.raises(ValidationError):
        TypeAdapter(EmailAddress).validate_python(text)


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_an_address_or_not(text: str) -> None:
    for candidate in (text, f"{text}@example.org", f"a@{text}.org"):
        assert is_email(candidate) in (True, False)
