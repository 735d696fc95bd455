"""Write or check the generated documents: `python -m spaceport_topology.docs [--check]`."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from spaceport_contracts.events import EVENTS, Event
from spaceport_dronepath.api import openapi as dronepath_openapi
from spaceport_ingest.requests.api import openapi as ingest_openapi
from spaceport_notify.api import openapi as notify_openapi
from spaceport_runtime.service import Service
from spaceport_topology.services import SERVICES

ROOT = Path(__file__).parents[3]


def pipeline_page() -> str:
    """docs/pipeline.md: the choreography, drawn from the services' declarations."""
    return "\n".join(
        (
            "# The pipeline",
            "",
            "Generated from the `SERVICE` declarations by `make docs`; do not edit.",
            "",
            "Nobody orchestrates: the order is who listens to what.",
            "",
            "```mermaid",
            "flowchart LR",
            *_arrows(),
            "```",
            "",
            "Every service also publishes to `notify`, which keeps the user's view; the arrows for",
            "progress, waiting and cancellation are left out of the picture and are in the table.",
            "",
            *_services_table(),
            "",
            *_events_table(),
            "",
        )
    )


def _arrows() -> Iterator[str]:
    yield '    photos(["photos in S3"]) --> ingest'
    for publisher in SERVICES:
        for event in publisher.publishes:
            for listener in SERVICES:
                if listener.name != "notify" and _listens(listener, event) and _hands_over(event):
                    yield f"    {publisher.name} -- {event.detail_type()} --> {listener.name}"
        if publisher.job:
            kind = publisher.job.kind
            yield f'    {publisher.name} <-. state change .-> {publisher.name}_job[["{kind} job"]]'
    for publisher in SERVICES:
        ends = [event.detail_type() for event in publisher.publishes if event.terminal]
        if ends:
            yield f'    {publisher.name} -- "{" / ".join(ends)}" --> notify'
    yield '    notify --> people(["e-mail, status, report"])'


def _hands_over(event: type[Event]) -> bool:
    return "outputs" in event.model_fields or "inputs" in event.model_fields


def _listens(service: Service, event: type[Event]) -> bool:
    return any(listen.event is event for listen in service.consumes)


def _services_table() -> Iterator[str]:
    yield "| service | purpose | consumes | publishes | job |"
    yield "|---|---|---|---|---|"
    for service in SERVICES:
        consumes = [_interest(service, n) for n in range(len(service.consumes))]
        if service.uploads:
            consumes += [f"S3 `{pattern}`" for pattern in service.uploads.key_patterns]
            if service.uploads.watched:
                consumes.append(f"S3 `{service.uploads.watched}*`")
        if service.notices:
            consumes += [
                f"{service.notices.source} {name}" for name in service.notices.detail_types
            ]
        consumes += [f"`{route.method} {route.path}`" for route in service.api]
        publishes = [event.detail_type() for event in service.publishes]
        job = f"{service.job.kind}, {service.job.instance_type}" if service.job else ""
        columns = (service.name, service.purpose, ", ".join(consumes), ", ".join(publishes), job)
        yield f"| {' | '.join(columns)} |"


def _interest(service: Service, n: int) -> str:
    listen = service.consumes[n]
    where = "".join(f" ({name}={'/'.join(v)})" for name, v in listen.where.items())
    return listen.event.detail_type() + where


def _events_table() -> Iterator[str]:
    yield "| event | meaning | published by | listened to by |"
    yield "|---|---|---|---|"
    for event in EVENTS:
        publishers = [service.name for service in SERVICES if event in service.publishes]
        listeners = [service.name for service in SERVICES if _listens(service, event)]
        meaning = (event.__doc__ or "").splitlines()[0]
        columns = (event.detail_type(), meaning, ", ".join(publishers), ", ".join(listeners))
        yield f"| {' | '.join(columns)} |"


def openapi_page() -> str:
    """docs/openapi.json: the routes of all services in one document.

    Raises ValueError where two services give one name to two schemas.
    """
    parts = [ingest_openapi(), notify_openapi(), dronepath_openapi()]
    merged = parts[0]
    for part in parts[1:]:
        for path, methods in part["paths"].items():  # one path may have methods of two services
            merged["paths"].setdefault(path, {}).update(methods)
        schemas = merged["components"]["schemas"]
        for name, schema in part["components"]["schemas"].items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two services define {name} differently")
    return json.dumps(merged, indent=2, sort_keys=True) + "\n"


def pages() -> dict[Path, str]:
    """Every generated document and what it should hold."""
    docs = ROOT / "docs"
    return {docs / "pipeline.md": pipeline_page(), docs / "openapi.json": openapi_page()}


def main() -> int:
    """Write the documents, or with --check name those that are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for path, content in pages().items():
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(path.name)
        if not check:
            path.write_text(content, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"Out of date: {', '.join(stale)}. Run `make docs` and commit.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
