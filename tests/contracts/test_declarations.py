"""The services' declarations are the wiring; these hold them against each other and the tree."""

import importlib
from pathlib import Path

import pytest

from spaceport_contracts.events import EVENTS, FlightPlanned
from spaceport_runtime.service import Service
from spaceport_topology.docs import pages
from spaceport_topology.services import SERVICES

ROOT = Path(__file__).parents[2]
STAGES = [service for service in SERVICES if service.job]
# Told to the archive and to whoever listens from outside: the answer already told the asker.
UNHEARD = {FlightPlanned}


def test_every_event_has_a_publisher_and_a_listener() -> None:
    published = {event for service in SERVICES for event in service.publishes}
    heard = {listen.event for service in SERVICES for listen in service.consumes}
    assert published == set(EVENTS)
    assert heard == set(EVENTS) - UNHEARD


def test_only_stages_share_an_event_to_publish() -> None:
    for event in EVENTS:
        publishers = [service for service in SERVICES if event in service.publishes]
        assert len(publishers) == 1 or all(service.job for service in publishers), event


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_declared_handlers_exist(service: Service) -> None:
    handler = importlib.import_module(service.handler_module)
    assert hasattr(handler, "on_message") == service.listens
    assert not service.sweeps or callable(handler.on_sweep)
    assert not service.api or callable(handler.on_request)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_service_has_the_same_file_names(service: Service) -> None:
    folder = ROOT / "services" / service.name
    names = ["README.md", "pyproject.toml", *_modules(service)]
    missing = [name for name in names if not (folder / name).exists()]
    assert missing == []


def _modules(service: Service) -> list[str]:
    names = ["service.py", "handler.py", "settings.py"]
    if service.job:
        names += ["launch.py", "finish.py", "job/__main__.py"]
    return [f"spaceport_{service.name}/{name}" for name in names]


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_generated_documents_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make docs` and commit"


def test_nothing_orchestrates() -> None:
    forbidden = ("stepfunctions", "states:StartExecution", "aws_stepfunctions")
    sources = [
        path for top in ("services", "infra", "runtime") for path in (ROOT / top).rglob("*.py")
    ]
    guilty = [path for path in sources if any(word in path.read_text() for word in forbidden)]
    assert guilty == []
