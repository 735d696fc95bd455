"""A letter's form: MIME, with headers that nothing in it can break out of."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from spaceport_notify.letters.write import Letter, one_line
from spaceport_notify.pages import render

PICTURE_ID = "preview@spaceport"


def compose(
    letter: Letter,
    sender: str,
    unsubscribe_url: str | None = None,
    picture_png: bytes | None = None,
) -> EmailMessage:
    """Plain text with an HTML alternative, which shows the picture.

    `unsubscribe_url` answers a mail program's one click (RFC 8058) and a reader's.
    """
    message = EmailMessage()
    message["From"] = sender
    local, _, domain = letter.recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.written_at)
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["X-Spaceport-Job"] = letter.job_id
    message["X-Spaceport-Kind"] = letter.kind.value
    shown = {"letter": letter, "unsubscribe_url": unsubscribe_url}
    message.set_content(render("mail.txt.j2", **shown))
    picture = f"cid:{PICTURE_ID}" if picture_png else None
    message.add_alternative(render("mail.html.j2", picture=picture, **shown), subtype="html")
    if picture_png:
        html = message.get_body(("html",))
        if html is None:
            raise ValueError("the mail has no HTML")
        html.add_related(picture_png, "image", "png", cid=f"<{PICTURE_ID}>", filename="preview.png")
    return message
