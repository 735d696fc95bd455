"""The HTTP of `spaceport view`: one result's files for whoever came by the link, and the pages."""

from http import HTTPStatus
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from spaceport_cli.view.result import Result
from spaceport_contracts.places import FIRST, LEVELS
from spaceport_local.http.frontdoor import FrontDoor, problem
from spaceport_local.http.pages import READS, Pages
from spaceport_local.http.signin import SignIn

# The pages ask for a job's files; this is the one job that there is.
JOB = "result"
PAGE = f"/view/{JOB}"
FILES = f"/jobs/{JOB}/files/"
UNKNOWN = "Open the link that 'spaceport view' printed."


class ViewDoor:
    """A WSGI app: read-only, and closed to who has not the link."""

    def __init__(self, result: Result, sign_in: SignIn, pages: Pages) -> None:
        self._sign_in = sign_in
        self._pages = pages
        first = next(name for name in LEVELS if name in result.files)
        self._led = {f"{FILES}{FIRST}": f"{FILES}{first}"}
        self._files = {
            **{f"{FILES}{name}": path for name, path in result.files.items()},
            **{f"/jobs/{JOB}/photos/{name}": path for name, path in result.photos.items()},
        }
        self._door = FrontDoor((), {}, sign_in, pages)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        response = self._answer(request)
        return (response or self._door)(environ, start_response)

    def _answer(self, request: Request) -> Response | None:
        """None: the pages, or nothing that is here."""
        if request.method not in READS:
            detail = f"{request.path} is read-only here. Use 'spaceport up' to change things."
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed", detail)
        if request.path == "/" and "token" not in request.args:
            return redirect(PAGE)
        name = self._led.get(request.path, request.path)
        path = self._files.get(name)
        if path is None:
            return None
        if self._sign_in.subject_of(request) is None:
            return problem(HTTPStatus.UNAUTHORIZED, "Unauthorized", UNKNOWN)
        if not path.is_file():
            detail = f"{path.name} is gone since 'spaceport view' began. Start it again."
            return problem(HTTPStatus.NOT_FOUND, "Not Found", detail)
        answer = self._pages.send(path, request)
        answer.headers["Content-Location"] = name  # which of the levels it is
        return answer
