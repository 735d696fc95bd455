"""Ingest's part of the HTTP API, put together from its rooms' routes."""

from collections.abc import Callable
from typing import Any

from spaceport_ingest.ports import GetKit, Kit
from spaceport_ingest.requests.estimates import add_estimates
from spaceport_ingest.requests.jobs.batches import add_batches
from spaceport_ingest.requests.jobs.routes import add_jobs
from spaceport_ingest.requests.problems import REMEDIES
from spaceport_ingest.requests.uploads.routes import add_uploads
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.http.shell import HttpApi


def make_api(get_kit: GetKit, get_limits: Callable[[], Limits] | None = None) -> HttpApi:
    """The router; `get_kit` is called per request, so that importing this makes no clients."""
    app = HttpApi(REMEDIES, get_limits=get_limits)
    add_jobs(app, get_kit)
    add_uploads(app, get_kit)
    add_estimates(app, get_kit)
    add_batches(app, get_kit)
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of ingest's routes."""

    def no_kit() -> Kit:
        raise RuntimeError("a description answers no requests")

    return make_api(no_kit).describe()
