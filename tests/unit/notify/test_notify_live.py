"""What can be fetched of a job before it is delivered: where its photos are, and how it trains."""

import pytest
from tests.fakes_notify import NOON, FakeStatusTable, make_kit
from tests.http_requests import asked_by, get
from tests.unit.notify.story import JOB, Story

from spaceport_contracts.events import SparseModelBuilt
from spaceport_contracts.places import LOOK, checkpoints_of
from spaceport_notify.api import make_api
from spaceport_notify.tell import tell


class Watched:
    """A job of Ada's whose photos are placed and which trains."""

    def __init__(self, is_built: bool = True) -> None:
        self.story = Story()
        kit = make_kit(FakeStatusTable(), store=self.story.store, clock=lambda: NOON)
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
