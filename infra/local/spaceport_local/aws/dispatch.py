"""Which of moto's apps a request is for; what is not a part of this cloud is not served.

moto's own dispatcher knows all of AWS and looks through its folders for every request, one request
at a time; a pipeline's worth of requests spends most of its time there. It also serves moto's own
controls, with which everything can be deleted.
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import create_backend_app

from spaceport_local.http.refusals import Refusal, s3_page
from spaceport_local.s3.arrivals import Arrivals

APP_BY_TARGET = {"AWSEvents": "events", "AmazonSQS": "sqs", "DynamoDB_20120810": "dynamodb"}
APP_BY_SCOPE = {name: name for name in ("s3", "events", "sqs", "dynamodb", "ses", "sts")}
MAIL_V2 = "/v2/email/"
NOT_SERVED = (
    "This cloud serves S3, EventBridge, SQS, DynamoDB, SES and STS: sign the request for one of "
    "these."
)


class Dispatcher:
    """A WSGI app in front of moto's apps, which it makes when they are first asked."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._apps: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        name = _app_name(environ)
        if name is None:
            refusal = Refusal(400, NOT_SERVED)
            content_type, body = s3_page(refusal)
            start_response(refusal.status_line, [("Content-Type", content_type)])
            return [body]
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI", ""))  # a key may hold a %2F
        answer: Iterable[bytes] = self._app(name)(environ, start_response)
        return answer

    def _app(self, name: str) -> Any:
        app = self._apps.get(name)
        if app is None:
            with self._lock:
                app = self._apps.setdefault(name, self._made(name))
        return app

    def _made(self, name: str) -> Any:
        app: Any = create_backend_app(name)  # type: ignore[arg-type]
        return Arrivals(app, self._objects) if name == "s3" else app


def scope_of(environ: dict[str, Any]) -> str:
    """The service that a request was signed for; empty for an unsigned or a presigned one."""
    scope = environ.get("HTTP_AUTHORIZATION", "").split("Credential=")[-1].split(",")[0].split("/")
    return str(scope[3]) if len(scope) > 4 else ""


def _app_name(environ: dict[str, Any]) -> str | None:
    """Only S3 is asked without a signature: a web page can send no header that names another."""
    target = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[0]
    if target:
        return APP_BY_TARGET.get(target)
    scope = scope_of(environ)
    if scope == "ses" and environ.get("PATH_INFO", "").startswith(MAIL_V2):
        return "sesv2"
    return APP_BY_SCOPE.get(scope or "s3")
