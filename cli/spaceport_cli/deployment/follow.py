"""Follow a job on a deployment: its events by long poll, and the progress between them."""

import json
import time
from collections.abc import Callable
from typing import Any

from spaceport_cli.cloud.access import Api, Refused
from spaceport_cli.photos.send import ask
from spaceport_cli.show.display import Display
from spaceport_cli.show.feed import Envelope
from spaceport_cli.show.stages import INGEST, End, ShownJob, StageState, StageView
from spaceport_runtime.errors import UserError

WAIT_S = 10  # short enough for progress, which is no event, to keep moving
LOOKING_S = 1800.0  # ingest has 15 minutes for a zip, and one retry
PATIENCE_S = 60.0  # for a job that was known before
LOOK_AGAIN_S = 2.0
NOT_FOUND = 404
# What people may not see of an event has no place in what is shown either.
UNSEEN_FILE = {"uri": "s3://unseen/file", "bytes": 0, "sha256": "0" * 64}
UNSEEN_FILES = {"prefix": "s3://unseen/", "index": UNSEEN_FILE}
UNSEEN = {"email": None, "inputs": UNSEEN_FILES, "outputs": UNSEEN_FILES, "scene": UNSEEN_FILE}


class DeploymentFollower:
    """One job, and what the deployment has said about it so far."""

    def __init__(
        self,
        cloud: Api,
        job_id: str,
        patience_s: float = PATIENCE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.job = ShownJob(job_id)
        self.envelopes: list[Envelope] = []
        self._cloud, self._patience_s, self._sleep = cloud, patience_s, sleep
        self._after = 0

    def catch_up(self, wait_s: int = 0) -> list[str]:
        """Take in what is new; returns the stages that changed, in order."""
        changed: list[str] = []
        while True:
            path = f"/jobs/{self.job.job_id}/events?after={self._after}&wait={wait_s}"
            page = ask(self._cloud, "GET", path)
            envelopes = [_envelope(row) for row in page["events"]]
            self.envelopes += envelopes
            changed += [stage for stage in map(self.job.apply, envelopes) if stage is not None]
            self._after, wait_s = page["next"], 0
            if not page["events"]:
                return changed

    def begin(self, display: Display) -> None:
        """Wait until the job is known; ingest looks into the photos first.

        Raises UserError for one that does not become known: it was deleted, or is somebody else's.
        """
        deadline_s = time.monotonic() + self._patience_s
        while True:
            try:
                self.catch_up()
                return
            except Refused as refused:
                if refused.status != NOT_FOUND:
                    raise
                if time.monotonic() > deadline_s:
                    raise UserError(
                        f"The deployment does not know job {self.job.job_id} of yours.",
                        "If it was deleted, another --title makes a new one of the same photos.",
                    ) from refused
            looking = StageView(INGEST, StageState.RUNNING, "looking into the photos")
            display.show({**self.job.stages, INGEST: looking}, INGEST)
            self._sleep(LOOK_AGAIN_S)

    def wait(self, display: Display) -> End:
        """Show the job's progress until it ends; `begin` comes first."""
        for stage, view in self.job.stages.items():
            if view.state is not StageState.PENDING:
                display.show(self.job.stages, stage)
        while self.job.end is None:
            for stage in [*self.catch_up(WAIT_S), *self._progress()]:
                display.show(self.job.stages, stage)
        return self.job.end

    def _progress(self) -> list[str]:
        """Events tell each tenth of a step; the status tells where it is now."""
        if self.job.end is not None:
            return []
        status = ask(self._cloud, "GET", f"/jobs/{self.job.job_id}")
        stage, progress = status.get("stage"), status.get("progress")
        if not (stage and progress and status["attempt"] == self.job.attempt):
            return []
        view = StageView(
            stage,
            StageState.RUNNING,
            progress["step"],
            progress["n"],
            progress["m"],
            progress["seconds_left"],
            tuple(progress["figures"].items()),
        )
        known = self.job.stages[stage]
        if known.state is StageState.DONE or known == view:
            return []
        return [self.job.set(view)]


def save_events(envelopes: list[Envelope]) -> bytes:
    """The events as lines of JSON, as a run on this machine leaves them."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in envelopes)


def _envelope(row: dict[str, Any]) -> Envelope:
    """A row of the API as the event that it shows."""
    try:
        detail = {key: value for key, value in row.items() if key not in ("seq", "type")}
        return {"detail-type": row["type"], "detail": {**UNSEEN, **detail}}
    except (KeyError, AttributeError) as error:
        told = "The deployment's events are not those of this version."
        raise UserError(told, "Bring 'spaceport' to the deployment's version.") from error
