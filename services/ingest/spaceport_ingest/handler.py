"""The Lambda entry points of ingest."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from spaceport_contracts.events import JobDeleted, RunAdmitted
from spaceport_ingest.admission.begun import sweep_uploads
from spaceport_ingest.admission.deletion import on_deleted, sweep_deletions
from spaceport_ingest.admission.runs import ingest_run, sweep, work
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.aws import connect_kit
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.api import make_api
from spaceport_runtime.aws.limits import connect_limits
from spaceport_runtime.consume import Backoff, EventHandler, consume
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.settings import PlatformSettings

OBJECT_CREATED = "Object Created"


@cache
def _kit() -> Kit:
    return connect_kit()


@cache
def _backoff() -> Backoff:
    settings = PlatformSettings()
    return Backoff(settings.retry_base_s, settings.retry_max_s)


@cache
def _limits() -> Limits:
    return connect_limits()


API = make_api(_kit, _limits)


def routes(kit: Kit) -> Mapping[str, EventHandler]:
    """The whole of ingest's behaviour on messages: what arrives, and what is called for it."""

    def on_admitted(note: RunAdmitted) -> None:
        work(ingest_run(note.job_id, note.attempt), kit)

    return {
        OBJECT_CREATED: lambda detail: on_upload(detail, kit),
        RunAdmitted.__name__: on_admitted,
        JobDeleted.detail_type(): lambda event: on_deleted(event, kit),
    }


def sweep_all(kit: Kit) -> None:
    """Both kinds of ingest's runs; one that breaks keeps nobody waiting."""
    try:
        sweep(kit)
    finally:
        sweep_deletions(kit)


def on_message(event: dict[str, Any], _context: object) -> Any:
    """SQS batch -> partial batch response."""
    kit = _kit()
    return consume(event, routes(kit), kit.queue, _backoff())


def on_sweep(_event: dict[str, Any], _context: object) -> None:
    """Called every few minutes by a schedule."""
    sweep_uploads(_kit())
    sweep_all(_kit())


def on_request(event: dict[str, Any], context: object) -> Any:
    """One request of the HTTP API."""
    return API.resolve(event, context)
