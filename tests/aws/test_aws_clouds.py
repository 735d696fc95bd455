"""Both clouds are built from the same declarations, and stay the same when these change."""

from dataclasses import replace

from spaceport_contracts.events import SplatCompressed
from spaceport_runtime.service import Listen, Route, Service
from spaceport_topology.services import SERVICES
from tests.aws.clouds import declared, embedded
from tests.aws.templates import assembly, synthesise


def test_the_template_and_the_embedded_cloud_declare_the_same() -> None:
    assert declared(assembly()) == embedded()


def test_a_declaration_edited_in_memory_changes_both_clouds_alike() -> None:
    before = declared(assembly())
    edited = tuple(map(edit, SERVICES))
    after = declared(synthesise({}, edited), edited)
    assert after == embedded(edited)
    assert set(after["rules"]) - set(before["rules"]) == {"sfm-SplatCompressed"}
    assert after["routes"]["POST /sfm-again"] == "sfm"
    assert after["functions"]["spaceport_sfm.handler.on_message"] == 61
    assert after["queues"]["spaceport-sfm"]["visibility_s"] == 6 * 61


def edit(service: Service) -> Service:
    if service.name != "sfm":
        return service
    return replace(
        service,
        consumes=(*service.consumes, Listen(SplatCompressed)),
        api=(Route("POST", "/sfm-again"),),
        handler_timeout_s=61,
    )
