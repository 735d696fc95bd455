"""Addresses that are not written to: they bounced, or their owner asked for it."""

from pydantic import Field, ValidationError

from spaceport_contracts.address import email_address
from spaceport_contracts.capture import Frozen
from spaceport_notify.ports import Kit
from spaceport_runtime.errors import Poison
from spaceport_runtime.observe import logger

BOUNCED = "Email Bounced"
COMPLAINED = "Email Complaint Received"


class Recipient(Frozen):
    """An address as SES names it."""

    address: str = Field(alias="emailAddress")


class Bounce(Frozen):
    """`Permanent` says that the address will never work; anything else may pass."""

    kind: str = Field(alias="bounceType")
    recipients: tuple[Recipient, ...] = Field(alias="bouncedRecipients")


class Complaint(Frozen):
    """The reader called our mail spam."""

    recipients: tuple[Recipient, ...] = Field(alias="complainedRecipients")


class Feedback(Frozen):
    """What SES publishes about a mail that was sent (its event destination EventBridge)."""

    bounce: Bounce | None = None
    complaint: Complaint | None = None


def on_feedback(detail: object, kit: Kit) -> None:
    """Remember the addresses that a bounce or a complaint names. Raises Poison for neither."""
    try:
        feedback = Feedback.model_validate(detail)
    except ValidationError as error:
        raise Poison(f"not SES's feedback: {error}") from error
    if feedback.bounce and feedback.bounce.kind == "Permanent":
        _silence(feedback.bounce.recipients, "bounced", kit)
    if feedback.complaint:
        _silence(feedback.complaint.recipients, "complained", kit)


def _silence(recipients: tuple[Recipient, ...], because: str, kit: Kit) -> None:
    for recipient in recipients:
        try:
            address = email_address(recipient.address)
        except ValueError:
            logger.warning("feedback about no address of ours", extra={"because": because})
            continue
        kit.addresses.silence(kit.addresses.entry(address).token, because)
