"""A letter's form: MIME, with headers that nothing in it can break out of."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from spaceport_notify.letters.write import Letter, one_line
from spaceport_notify.pages import render


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Plain text with an HTML alternative."""
    message = EmailMessage()
    message["From"] = sender
    local, _, domain = letter.recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.written_at)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Spaceport-Job"] = letter.job_id
    message["X-Spaceport-Kind"] = letter.kind.value
    message.set_content(render("mail.txt.j2", letter=letter))
    message.add_alternative(render("mail.html.j2", letter=letter), subtype="html")
    return message
