"""Send the e-mail that is due: once, and only to an address that takes our mail."""

from spaceport_contracts.report import Report
from spaceport_notify.known.record import amend
from spaceport_notify.known.view import JobView
from spaceport_notify.letters.due import Due, LetterKind
from spaceport_notify.letters.mail import compose
from spaceport_notify.letters.places import Places
from spaceport_notify.letters.write import write_letter
from spaceport_notify.ports import Kit, MailRefused, MailUncertain
from spaceport_runtime.errors import Retryable
from spaceport_runtime.observe import logger

PICTURE = "preview.png"
PICTURE_MAX_BYTES = 2_000_000  # SES takes 10 MB, and a mail is read on telephones


def send_letter(due: Due, view: JobView, report: Report | None, kit: Kit) -> None:
    """Claim, then send: at most once, because SES has no token that would tell a repeat.

    A crash between the two loses the e-mail (the status and the report remain); sending first
    would send it again. Where the mail service surely sent nothing, the claim is given back.
    """
    entry = kit.addresses.entry(due.recipient)
    places = Places(kit.public_url, kit.folder_url)
    letter = write_letter(due, view, places, report)
    picture_png = _picture(due, view, kit)
    message = compose(letter, kit.sender, places.of_unsubscribing(entry.token), picture_png)
    if not amend(view.job_id, kit.table, lambda known: _with_mail(known, due.key)):
        return
    if entry.silenced:
        logger.info("not written to", extra={"kind": due.kind, "because": entry.silenced})
        return
    try:
        kit.mailer.send(message)
    except (Retryable, MailRefused):
        amend(view.job_id, kit.table, lambda known: _without_mail(known, due.key))
        raise
    except MailUncertain as uncertain:
        details = {"job_id": view.job_id, "kind": due.kind, "reason": str(uncertain)}
        logger.error("e-mail may not have been sent", extra=details)


def _picture(due: Due, view: JobView, kit: Kit) -> bytes | None:
    """The view of the scene that compress rendered; None where there is none to show."""
    compressed = view.rounds[due.attempt].compressed
    if due.kind is not LetterKind.DELIVERED or compressed is None:
        return None
    uri = compressed.outputs.prefix + PICTURE
    stored = kit.store.head(uri)
    if stored is None or stored.bytes > PICTURE_MAX_BYTES:
        return None
    return kit.store.read(uri)


def _with_mail(view: JobView, key: str) -> JobView:
    return view.model_copy(update={"mails": tuple(sorted({*view.mails, key}))})


def _without_mail(view: JobView, key: str) -> JobView:
    return view.model_copy(update={"mails": tuple(mail for mail in view.mails if mail != key)})
