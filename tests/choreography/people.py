"""What people do and see: uploads, cancellations, replays; their status page and their mail."""

import hashlib
from collections import Counter

from spaceport_contracts.events import Event, Stage
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_notify.known.status import StageState, Status, job_status
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Commit
from tests.choreography.fakes import FakeStore
from tests.choreography.functions import BUCKET
from tests.fakes_notify import FakeStatusTable
from tests.photos_ingest import jpeg

PHOTOS = [jpeg(seed, size=(32, 24)) for seed in range(4)]
ENDED = (Status.DELIVERED, Status.FAILED, Status.CANCELLED, Status.REJECTED)
STAGE_ORDER = [None, *Stage]


def upload(name: str, photos: int, store: FakeStore) -> str:
    """Photos, then the manifest, in S3; returns the manifest's key."""
    listed = []
    for n, content in enumerate(PHOTOS[:photos]):
        store.objects[f"s3://{BUCKET}/uploads/{name}/photos/{n}.jpg"] = content
        digest = hashlib.sha256(content).hexdigest()
        listed.append(
            UploadedPhoto(name=f"{n}.jpg", key=f"{n}.jpg", bytes=len(content), sha256=digest)
        )
    manifest = UploadManifest(title=name, email="ann@example.com", photos=tuple(listed))
    content, key = manifest.model_dump_json().encode(), f"uploads/{name}/manifest.json"
    store.objects[f"s3://{BUCKET}/{key}"] = content
    return key


class Watch:
    """Remembers every time a job's status went backwards."""

    def __init__(self) -> None:
        self.backwards: list[str] = []
        self._ranks: dict[str, tuple[int, int, int]] = {}

    def see(self, view: JobView) -> None:
        rank = _rank(view)
        before = self._ranks.get(view.job_id, rank)
        if rank < before:
            self.backwards.append(f"{view.job_id} went back from {before} to {rank}")
        self._ranks[view.job_id] = rank


class WatchedStatusTable(FakeStatusTable):
    """A status table under watch."""

    def __init__(self) -> None:
        super().__init__()
        self._watch = Watch()
        self.backwards = self._watch.backwards

    def commit(self, view: JobView, version: int, event: Event | None = None) -> Commit:
        outcome = super().commit(view, version, event)
        if outcome is Commit.DONE:
            self._watch.see(view)
        return outcome


def _rank(view: JobView) -> tuple[int, int, int]:
    """Attempt, then ended or not, then the furthest stage."""
    status = job_status(view)
    if status.status in ENDED:
        return status.attempt, 1, 0
    done = sum(stage.state is StageState.DONE for stage in status.stages)
    return status.attempt, 0, max(done, STAGE_ORDER.index(status.stage))


def mails_of(kinds: list[tuple[str, str, str]]) -> Counter[tuple[str, str]]:
    """How many mails there were about each (job, kind of end)."""
    return Counter((job_id, kind) for job_id, kind, _ in kinds)
