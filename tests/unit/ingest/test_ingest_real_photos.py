"""Ingest on photos that real drones and cameras took."""

from pathlib import Path

import pytest
from tests.fakes_ingest import FakeWorld
from tests.photos_ingest import created, put_zip

from spaceport_contracts.capture import Capture
from spaceport_contracts.events import ReconstructionRequested
from spaceport_ingest.admission.uploads import on_upload

SHARED = Path(__file__).parents[4] / "shared" / "photos"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there"),
]


def capture(files: dict[str, bytes]) -> Capture:
    world = FakeWorld()
    on_upload(created(put_zip(world, files)), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    return Capture.model_validate_json(world.store.objects[event.inputs.index.uri])


def read(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((SHARED / folder).iterdir())}


def test_brighton_beach_is_good_throughout() -> None:
    found = capture(read("brighton-beach"))
    assert len(found.photos) == 18 and found.rejected == () and found.warnings == ()
    assert {(photo.make, photo.model) for photo in found.photos} == {("DJI", "FC300S")}
    assert all(photo.latitude_deg and photo.altitude_m for photo in found.photos)
    assert all(photo.focal_35mm == 20 for photo in found.photos)


def test_seneca_is_good_throughout() -> None:
    files = read("seneca")
    found = capture(files)
    assert len(found.photos) == len(files) and found.rejected == ()


@pytest.mark.parametrize("damage", ["half", "zeros", "early end", "no end"])
def test_damage_that_memory_cards_do_is_found(damage: str) -> None:
    files = read("brighton-beach")
    name = "DJI_0020.JPG"
    content = files[name]
    half = len(content) // 2
    files[name] = {
        "half": content[:half],
        "zeros": content[:half] + bytes(len(content) - half),
        "early end": content[:half] + b"\xff\xd9" + content[half + 2 :],
        "no end": content[:-2],
    }[damage]
    assert [photo.name for photo in capture(files).rejected] == [name]
