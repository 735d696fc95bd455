"""Where a reader of an e-mail finds things."""

import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import url2pathname

from spaceport_contracts.events import Stage

# A stage as the API and the command name it.
API_STEPS = {Stage.SFM: "sfm", Stage.TRAIN: "3dgs", Stage.COMPRESS: "compression"}


@dataclass(frozen=True)
class Link:
    """Something to click."""

    label: str
    url: str


@dataclass(frozen=True)
class Places:
    """At `public_url`, or in a folder of this machine.

    A job of `spaceport run` leaves its results in `folder_url` (`file:///.../`), and its port dies
    with the command: its mail names no address of ours.
    """

    public_url: str
    folder_url: str | None = None

    def of_job(self, job_id: str) -> tuple[Link, ...]:
        """Where to see how the job stands."""
        return () if self.folder_url else (Link("See the job", self._job(job_id)),)

    def of_results(self, job_id: str) -> tuple[Link, ...]:
        """Where the report and the scene lie."""
        base = (self.folder_url or f"{self._job(job_id)}/files").rstrip("/")
        return (
            Link("Open the report", f"{base}/report.html"),
            Link("Download the scene (.sog)", f"{base}/scene.sog"),
        )

    def of_replay(self, job_id: str, stage: Stage) -> str:
        """What to type to run the job again from a stage."""
        step = API_STEPS[stage]
        if self.folder_url:
            folder = shlex.quote(url2pathname(urlsplit(self.folder_url).path))
            return f"spaceport replay {job_id} --from {step} --out {folder}"
        return (
            f"curl -X POST {self._job(job_id)}/replay "
            f"-H 'Content-Type: application/json' -d '{{\"from\": \"{step}\"}}'"
        )

    def of_unsubscribing(self, token: str) -> str | None:
        """Where mail to the address is switched off; None where nobody would answer."""
        return None if self.folder_url else f"{self._base()}/unsubscribe/{token}"

    def _job(self, job_id: str) -> str:
        return f"{self._base()}/jobs/{job_id}"

    def _base(self) -> str:
        return self.public_url.rstrip("/")
