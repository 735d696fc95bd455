"""The one mail about captures that were handed in together."""

from spaceport_contracts.events import Batch
from spaceport_notify.known.view import JobView
from spaceport_notify.letters.due import recipient_of
from spaceport_notify.letters.mail import compose
from spaceport_notify.letters.places import Places
from spaceport_notify.letters.write import write_batch_letter
from spaceport_notify.ports import DELETED, Kit, MailRefused, MailUncertain
from spaceport_runtime.errors import Retryable
from spaceport_runtime.observe import logger


def tell_batch(batch: Batch, kit: Kit) -> None:
    """Send it when every job of the batch has ended, once; claimed first, as every mail is."""
    views, deleted = members(batch.batch_id, kit)
    ended = [view for view in views if view.current.end is not None]
    if len(ended) + deleted < batch.jobs or not ended:
        return
    recipient = next(filter(None, (recipient_of(view, view.attempt) for view in ended)), None)
    if recipient is None:
        return
    entry = kit.addresses.entry(recipient)
    places = Places(kit.public_url, kit.folder_url)
    letter = write_batch_letter(batch, ended, deleted, recipient, places)
    message = compose(letter, kit.sender, places.of_unsubscribing(entry.token))
    if not kit.batches.claim_mail(batch.batch_id) or entry.silenced:
        return
    try:
        kit.mailer.send(message)
    except (Retryable, MailRefused):
        kit.batches.release_mail(batch.batch_id)
        raise
    except MailUncertain as uncertain:
        details = {"batch_id": batch.batch_id, "reason": str(uncertain)}
        logger.error("e-mail may not have been sent", extra=details)


def members(batch_id: str, kit: Kit) -> tuple[list[JobView], int]:
    """The jobs of a batch as they stand, by title, and how many of them were deleted."""
    known = [kit.table.read(job_id) for job_id in kit.batches.jobs(batch_id)]
    views = [view for view, _ in known if view is not None]
    deleted = sum(version == DELETED for _, version in known)
    return sorted(views, key=lambda view: (view.since, view.job_id)), deleted
