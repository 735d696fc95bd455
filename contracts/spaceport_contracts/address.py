"""The one form of an e-mail address that Spaceport accepts, keeps and writes to."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from spaceport_contracts.capture import Frozen

MAX_CHARACTERS = 254
# RFC 2047: Python's e-mail library, and others, decode such a word inside an address, and what
# comes out may be two addresses.
ENCODED_WORD = "=?"


class Address(Frozen):
    """One plain ASCII address, in its two parts; str() puts them together."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def parse_address(text: str) -> Address:
    """The address that the text is, whole and alone; a domain in Unicode becomes its ASCII form.

    Raises ValueError, in words for the user: no display name, no list, no quoting, no control
    characters, nothing that a mail library would decode into something else.
    """
    if ENCODED_WORD in text:
        raise ValueError("An address may not hold an encoded word.")
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return Address(local=valid.ascii_local_part or "", domain=valid.ascii_domain)


def is_address(text: str) -> bool:
    """Whether mail could be sent there, as far as its form tells."""
    try:
        parse_address(text)
    except ValueError:
        return False
    return True


# The field of a request: a string in, the checked and normalised string out.
EmailAddress = Annotated[
    str,
    Field(
        max_length=MAX_CHARACTERS,
        examples=["ada@example.org"],
        json_schema_extra={"format": "email"},
    ),
    AfterValidator(lambda text: str(parse_address(text))),
]
