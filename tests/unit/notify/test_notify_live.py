"""What can be seen of a job before it is delivered: where its photos are, and how it trains."""

import base64
import json
from typing import Any

import pytest
from tests.fakes_notify import NOON, FakeStatusTable, make_kit
from tests.http_requests import asked_by, get
from tests.unit.notify.story import JOB, Story

from spaceport_contracts.capture import Capture, Photo
from spaceport_contracts.events import SparseModelBuilt, Stage
from spaceport_contracts.places import LOOK, checkpoints_of
from spaceport_notify.api import make_api
from spaceport_notify.tell import tell


class Watched:
    """A job of Ada's whose photos are placed and which trains."""

    def __init__(self, is_built: bool = True) -> None:
        self.story = Story()
        kit = make_kit(FakeStatusTable(), store=self.story.store, clock=lambda: NOON)
        self.kit = kit
        self.app = make_api(lambda: kit)
        for event in self.story.whole():
            if isinstance(event, SparseModelBuilt) and not is_built:
                return
            tell(event, kit)
            if isinstance(event, SparseModelBuilt):
                where = checkpoints_of("train", JOB, event.quality, kit.bucket)
                self.story.store.write(f"{where}{LOOK}", b"a picture", "image/jpeg")
                self.story.store.write(f"{event.outputs.prefix}geo.json", b"{}", "")
                return

    def told(self, path: str, subject: str = "ada") -> tuple[int, dict[str, Any]]:
        answer = self.app.resolve(asked_by(subject, get(f"/jobs/{JOB}{path}")), None)
        return answer["statusCode"], json.loads(answer["body"])

    def asked(self, name: str, subject: str | None = "ada") -> tuple[int, str]:
        answer = self.app.resolve(asked_by(subject, get(f"/jobs/{JOB}/files/{name}")), None)
        return answer["statusCode"], answer["headers"].get("Location", "")


@pytest.mark.parametrize("name", ["geo.json", LOOK])
def test_it_is_there_while_the_job_runs_and_only_for_its_owner(name: str) -> None:
    watched = Watched()
    status, link = watched.asked(name)
    assert status == 302
    assert f"{name}" in link
    assert watched.asked(name, "eve")[0] == 404
    assert watched.asked(name, None)[0] == 401
    assert watched.asked("scene.sog")[0] == 404


@pytest.mark.parametrize("name", ["geo.json", LOOK])
def test_before_the_photos_are_placed_there_is_nothing(name: str) -> None:
    assert Watched(is_built=False).asked(name)[0] == 404


def photo(n: int, **place: Any) -> Photo:
    shared = {"bytes": 1, "sha256": "0", "width_px": 4, "height_px": 3}
    return Photo(name=f"{n}.jpg", key=f"{n}.jpg", **shared, **place)


def test_while_sfm_runs_it_is_seen_which_photos_are_in_and_where_they_were_taken() -> None:
    """10,000 photos, as many as an upload may have: every other one is in."""
    watched = Watched(is_built=False)
    places = [{"latitude_deg": 46.0, "longitude_deg": 7 + n / 1e6} for n in range(9_998)]
    taken = (photo(0), photo(1, hemisphere_known=False, **places[0]))
    capture = Capture(
        photos_prefix="s3://spaceport/uploads/x/photos/",
        photos=(*taken, *(photo(n, **place) for n, place in enumerate(places, start=2))),
    )
    request = watched.story.requested()
    watched.story.store.objects[request.inputs.index.uri] = capture.model_dump_json().encode()
    roll = base64.b64encode(bytes([0b1010_1010]) * 1250).decode()
    said = watched.story.stage(Stage.SFM, 2, request)[-1].model_copy(update={"roll": roll})
    assert len(said.model_dump_json()) < 4_000
    tell(type(said).model_validate(said.model_dump()), watched.kit)
    status, body = watched.told("")
    assert (status, body["progress"]["roll"]) == (200, roll)
    status, body = watched.told("/positions")
    assert (status, len(body["photos"])) == (200, 10_000)
    assert body["photos"][:3] == [None, None, [7.0, 46.0]]
    assert len(json.dumps(body)) < 300_000
    assert watched.told("/positions", "eve")[0] == 404


def test_when_the_photos_are_gone_there_are_no_positions() -> None:
    watched = Watched(is_built=False)
    del watched.story.store.objects[watched.story.requested().inputs.index.uri]
    status, body = watched.told("/positions")
    assert status == 404
    assert "has no photos (any more)" in body["detail"]
