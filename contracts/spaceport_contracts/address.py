"""E-mail addresses: the one type for every service that takes one or writes to one."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, WithJsonSchema

EMAIL_MAX_CHARACTERS = 254
ENCODED_WORD = "=?"


def email_address(text: str) -> str:
    """The address in the one spelling that mail is sent to: ASCII, its domain in lower case.

    Raises ValueError for whatever is more or less than one plain address (RFC 5321 without quoted
    names): display names, lists, line breaks, and local parts that a mail program would decode as
    an RFC 2047 word and so turn into other recipients.
    """
    if text != text.strip() or len(text) > EMAIL_MAX_CHARACTERS or ENCODED_WORD in text:
        raise ValueError("not a plain e-mail address")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise ValueError("not a plain e-mail address") from error
    if found.ascii_email is None:
        raise ValueError("not an address that every mail server takes")
    return found.ascii_email


def is_email(text: str) -> bool:
    """Whether mail could be sent there, as far as its form tells."""
    try:
        email_address(text)
    except ValueError:
        return False
    return True


EmailAddress = Annotated[
    str,
    Field(max_length=EMAIL_MAX_CHARACTERS),
    AfterValidator(email_address),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_MAX_CHARACTERS}),
]
