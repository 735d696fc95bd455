"""GetObject straight from the disk: moto would read the whole object for every range of it."""

from datetime import UTC
from typing import Any
from urllib.parse import parse_qs

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from spaceport_local.aws.edge import Call
from spaceport_local.s3.objects import Objects

OVERRIDES = {
    "response-content-type": "Content-Type",
    "response-content-disposition": "Content-Disposition",
    "response-cache-control": "Cache-Control",
}


class Downloads:
    """Answers GET requests for whole objects and ranges; leaves everything else to moto."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def answer(self, call: Call, environ: dict[str, Any]) -> Response | None:
        """The response; None for what moto answers as well (errors, odd requests)."""
        if call.method != "GET" or call.target or call.scope not in ("s3", ""):
            return None
        query = parse_qs(call.query, keep_blank_values=True)
        if not all(_is_harmless(name) for name in query):
            return None
        bucket, key = call.place
        stored = self._objects.stored(bucket, key) if key else None
        if stored is None:
            return None
        try:
            return _send(stored, query, environ)
        except (FileNotFoundError, RequestedRangeNotSatisfiable):
            return None


def _is_harmless(name: str) -> bool:
    return name in OVERRIDES or name == "x-id" or name.startswith("X-Amz-")


def _send(stored: Any, query: dict[str, list[str]], environ: dict[str, Any]) -> Response:
    etag = stored.etag.strip('"')
    expected = environ.get("HTTP_IF_MATCH", "").strip('"')
    if expected not in ("", "*", etag):
        return _precondition_failed()
    response = send_file(
        stored._value_buffer.path,
        environ,
        mimetype=stored.metadata.get("Content-Type") or "binary/octet-stream",
        etag=etag,
        last_modified=stored.last_modified.replace(tzinfo=UTC),
        conditional=True,
    )
    del response.headers["Content-Disposition"]
    for name, value in stored.metadata.items():
        if name.lower() != "content-type":
            response.headers[name] = value
    for name, header in OVERRIDES.items():
        if name in query:
            response.headers[header] = query[name][0]
    return response


def _precondition_failed() -> Response:
    body = (
        "<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you "
        "specified did not hold</Message><Condition>If-Match</Condition></Error>"
    )
    return Response(body, 412, content_type="application/xml")
