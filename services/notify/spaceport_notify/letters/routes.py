"""The e-mails' part of the HTTP API: how a reader makes them stop."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from spaceport_notify.pages import render
from spaceport_notify.ports import Kit
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.http.shell import HttpApi

PATH = "/unsubscribe/"
TOKEN = re.compile(r"[0-9a-f]{64}")
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
MailToken = Annotated[str, Path(description="as a mail's List-Unsubscribe names it")]


def add_mail_routes(app: HttpApi, get_kit: Callable[[], Kit]) -> None:
    """Ask, then stop."""

    @app.get(f"{PATH}<token>", summary="Ask before mail is stopped", tags=["mail"])
    def ask_to_unsubscribe(token: MailToken) -> Response[str]:
        """A link in a mail is opened by programs too: it only asks."""
        if not (TOKEN.fullmatch(token) and get_kit().addresses.knows(token)):
            raise unknown_token()
        return page("Stop the e-mails?", "Spaceport will write to your address no more.", asks=True)

    @app.post(f"{PATH}<token>", summary="Stop mail to an address", tags=["mail"])
    def unsubscribe(token: MailToken) -> Response[str]:
        if not (TOKEN.fullmatch(token) and get_kit().addresses.silence(token, "unsubscribed")):
            raise unknown_token()
        text = "Spaceport writes to your address no more. Your jobs and their results remain."
        return page("Done", text, asks=False)


def unknown_token() -> Problem:
    """404 for a token that names no address."""
    detail = "This link belongs to no address. Use the one in the last e-mail."
    return Problem(HTTPStatus.NOT_FOUND, detail)


def page(title: str, text: str, asks: bool) -> Response[str]:
    """A page that loads nothing and tells nobody where the reader came from."""
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    body = render("unsubscribe.html.j2", title=title, text=text, is_question=asks)
    return Response(HTTPStatus.OK.value, "text/html; charset=utf-8", body, headers)
