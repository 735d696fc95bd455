"""Which of moto's apps a request is for.

moto's own dispatcher knows all of AWS and looks through its folders for every request, one request
at a time; a pipeline's worth of requests spends most of its time there.
"""

import threading
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

APP_BY_TARGET = {"AWSEvents": "events", "AmazonSQS": "sqs", "DynamoDB_20120810": "dynamodb"}
APP_BY_SCOPE = {"s3": "s3", "events": "events", "sqs": "sqs", "dynamodb": "dynamodb"}


class Dispatcher:
    """A WSGI app: ours are found at once, everything else is left to moto's dispatcher."""

    def __init__(self) -> None:
        self._rest: Any = DomainDispatcherApplication(create_backend_app)
        self._apps: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        name = _app_name(environ)
        app = self._app(name) if name else self._rest
        answer: Iterable[bytes] = app(environ, start_response)
        return answer

    def _app(self, name: str) -> Any:
        app = self._apps.get(name)
        if app is None:
            with self._lock:
                app = self._apps.setdefault(name, create_backend_app(name))  # type: ignore[arg-type]
        return app


def scope_of(environ: dict[str, Any]) -> str:
    """The service that a request was signed for; empty for an unsigned one."""
    scope = environ.get("HTTP_AUTHORIZATION", "").split("Credential=")[-1].split(",")[0].split("/")
    return str(scope[3]) if len(scope) > 4 else ""


def _app_name(environ: dict[str, Any]) -> str | None:
    target = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[0]
    if target:
        return APP_BY_TARGET.get(target)
    return APP_BY_SCOPE.get(scope_of(environ))
