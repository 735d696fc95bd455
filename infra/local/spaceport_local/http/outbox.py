"""`/outbox`: the e-mails that were sent on this machine, for whoever has its token.

A mail is a stranger's text as far as a browser is concerned: its HTML is shown in a frame that may
run, load and send nothing.
"""

import base64
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

from werkzeug.wrappers import Request, Response

from spaceport_local.http.pages import HTML, READS, takes_html
from spaceport_local.http.signin import OWNER, SignIn

PATH = "/outbox"
NAME = re.compile(r"[0-9A-Za-z-]{1,80}\.eml")
SHOWN = 200
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;"
    "border-bottom:1px solid #ccc}iframe{width:100%;height:44rem;border:1px solid #ccc}"
    "pre{white-space:pre-wrap}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""


@dataclass(frozen=True)
class Mail:
    """One line of the list."""

    name: str
    subject: str
    to: str
    date: str
    kind: str
    job: str


class OutboxPages:
    """Answers below `/outbox`; the mails of one folder."""

    def __init__(self, folder: Path | None, sign_in: SignIn) -> None:
        self._folder = folder
        self._sign_in = sign_in

    def answer(self, request: Request) -> Response | None:
        """The list, a mail, its HTML, or the file itself; None for what is no part of it."""
        is_ours = request.path == PATH or request.path.startswith(f"{PATH}/")
        if self._folder is None or not is_ours or request.method not in READS:
            return None
        if self._sign_in.subject_of(request) != OWNER:
            return None
        name, _, view = request.path[len(PATH) :].strip("/").partition("/")
        if not name:
            return self._list(self._folder, request)
        path = self._folder / name
        if not NAME.fullmatch(name) or not path.is_file():
            return None
        return _shown(name, view, path.read_bytes())

    def _list(self, folder: Path, request: Request) -> Response:
        newest = sorted(folder.glob("*.eml"), reverse=True)[:SHOWN]
        mails = [_line(path.name, _parsed(path.read_bytes())) for path in newest]
        if not takes_html(request):
            body = json.dumps({"mails": [asdict(mail) for mail in mails]})
            return _told(body.encode(), "application/json", PAGE_POLICY)
        rows = "\n".join(
            f'<tr><td>{escape(mail.date)}</td><td>{escape(mail.to)}</td><td><a href="{PATH}/'
            f'{escape(mail.name)}">{escape(mail.subject) or "(no subject)"}</a></td></tr>'
            for mail in mails
        )
        head = "<tr><th>Sent</th><th>To</th><th>Subject</th></tr>"
        return _page("E-mails", f"<table>{head}{rows}</table>" if mails else "<p>None yet.</p>")


def _shown(name: str, view: str, content: bytes) -> Response | None:
    """A mail's page, its `html` for the page's frame, or `raw` as a mail program opens it."""
    if view == "raw":
        return _told(content, "message/rfc822", PAGE_POLICY)
    mail = _parsed(content)
    if view == "html":
        return _html_of(mail)
    return None if view else _mail_page(name, mail)


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _line(name: str, mail: EmailMessage) -> Mail:
    def said(field: str) -> str:
        return str(mail[field] or "")

    return Mail(
        name=name,
        subject=said("Subject"),
        to=said("To"),
        date=said("Date"),
        kind=said("X-Spaceport-Kind"),
        job=said("X-Spaceport-Job"),
    )


def _mail_page(name: str, mail: EmailMessage) -> Response:
    line = _line(name, mail)
    plain = mail.get_body(("plain",))
    text = escape(str(plain.get_content())) if plain else ""
    body = (
        f"<p>To {escape(line.to)}, {escape(line.date)}. "
        f'<a href="{PATH}/{name}/raw" download="{name}">{name}</a>, '
        f'<a href="{PATH}">all e-mails</a></p>\n'
        f'<iframe src="{PATH}/{name}/html" sandbox="allow-popups '
        f'allow-popups-to-escape-sandbox" title="The e-mail"></iframe>\n'
        f"<details><summary>As plain text</summary><pre>{text}</pre></details>"
    )
    return _page(line.subject or "(no subject)", body)


def _html_of(mail: EmailMessage) -> Response:
    """The HTML part, pictures in it; links open beside the frame."""
    part = mail.get_body(("html",))
    html = str(part.get_content()) if part else "<p>This e-mail has no HTML.</p>"
    for each in mail.walk():
        cid = str(each["Content-ID"] or "").strip("<>")
        if cid and each.get_content_maintype() == "image":
            picture = each.get_payload(decode=True)
            data = base64.b64encode(picture if isinstance(picture, bytes) else b"").decode()
            html = html.replace(f"cid:{cid}", f"data:{each.get_content_type()};base64,{data}")
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return _told(html.encode("utf-8", "replace"), HTML, MAIL_POLICY)


def _page(title: str, body: str) -> Response:
    page = PAGE.format(title=escape(title), style=STYLE, body=body)
    return _told(page.encode("utf-8", "replace"), HTML, PAGE_POLICY)


def _told(body: bytes, content_type: str, policy: str) -> Response:
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(body, 200, headers, content_type=content_type)
