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
        return () if self.folder_url else (Link("See the job", self.page_of(job_id)),)

    def of_results(self, job_id: str) -> tuple[Link, ...]:
        """Where the report and the scene lie."""
        if self.folder_url:
            base = self.folder_url.rstrip("/")
            return (
                Link("Open the report", f"{base}/report.html"),
                Link("The scene (.sog)", f"{base}/scene.sog"),
            )
        return (
            Link("Walk through the scene", f"{self._base()}/view/{job_id}"),
            Link("Report, figures and downloads", self.page_of(job_id)),
        )

    def of_replay(self, job_id: str, stage: Stage) -> Link | None:
        """Where to run the job again from a stage: a page that asks, because programs open links
        too. None where there is no page of ours."""
        if self.folder_url:
            return None
        url = f"{self.page_of(job_id)}?retry={API_STEPS[stage]}"
        return Link("Try again from here, without uploading anything", url)

    def command_of_replay(self, job_id: str, stage: Stage) -> str | None:
        """What to type instead, for a job whose results lie in a folder."""
        if not self.folder_url:
            return None
        folder = shlex.quote(url2pathname(urlsplit(self.folder_url).path))
        return f"spaceport replay {job_id} --from {API_STEPS[stage]} --out {folder}"

    def of_unsubscribing(self, token: str) -> str | None:
        """Where mail to the address is switched off; None where nobody would answer."""
        return None if self.folder_url else f"{self._base()}/unsubscribe/{token}"

    def page_of(self, job_id: str) -> str:
        """The job's page; the API itself asks for a sign-in that a link in a mail cannot bring."""
        return f"{self._base()}/captures/{job_id}"

    def _base(self) -> str:
        return self.public_url.rstrip("/")
