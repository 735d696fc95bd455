"""Follow a job through the events until it ends, and fetch what it left."""

import time
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import Api, Cloud, call_api
from spaceport_cli.run.collect import Collector, read_delivery, save_traces
from spaceport_cli.show.display import Display
from spaceport_cli.show.feed import FEED_NAME, Feed
from spaceport_cli.show.sentences import one_sentence
from spaceport_cli.show.stages import End, EndKind, ShownJob
from spaceport_cli.show.summary import read_report, summarise
from spaceport_cli.show.voice import complain, say

POLL_S = 0.2
MAIL_TIMEOUT_S = 20.0
EXIT_DONE = 0
EXIT_FAILED = 1
API_STAGE_NAMES = {"sfm": "sfm", "train": "3dgs", "compress": "compression"}


@dataclass(frozen=True)
class Followed:
    """A job on a cloud whose state lies in a folder."""

    cloud: Cloud
    state_dir: Path
    outbox: Path
    out: Path | None


class Follower:
    """One job and what the feed has said about it so far."""

    def __init__(self, job_id: str, state_dir: Path) -> None:
        self.job = ShownJob(job_id)
        self._feed = Feed(state_dir / FEED_NAME)
        self.catch_up()

    def catch_up(self) -> list[str]:
        """Take in what is new; returns the stages that changed, in order."""
        changed = [self.job.apply(envelope) for envelope in self._feed.read_new()]
        return [stage for stage in changed if stage is not None]

    def wait(self, display: Display) -> End:
        """Show the job's progress until it ends."""
        for stage, view in self.job.stages.items():
            if view.state != "pending":
                display.show(self.job.stages, stage)
        while self.job.end is None:
            time.sleep(POLL_S)
            for stage in self.catch_up():
                display.show(self.job.stages, stage)
        return self.job.end


def ask_replay(cloud: Api, job: ShownJob, stage: str) -> None:
    """Ask for another attempt from a stage, and wait for that one instead."""
    body = {"from": API_STAGE_NAMES[stage]}
    call_api(cloud, "POST", f"/jobs/{job.job_id}/replay", body)
    job.reopen(stage)


def finish(where: Followed, job: ShownJob, end: End, console: Console) -> int:
    """Fetch the results or say why there are none; returns the exit code."""
    if end.kind is EndKind.DELIVERED and where.out is not None:
        Collector(where.cloud.client("s3"), where.cloud.bucket, where.out).collect(job)
    await_mail(where, job, end)
    if where.out is not None:
        save_traces(where.out, where.state_dir, where.outbox, job.job_id)
    return tell_end(end, where.out, console)


def tell_end(end: End, out: Path | None, console: Console) -> int:
    """What became of the job, as the command's last words; returns the exit code."""
    if end.kind is not EndKind.DELIVERED:
        complain(one_sentence(end.reason, end.remedy))
        return EXIT_FAILED
    if out is not None:
        print_summary(console, out)
    return EXIT_DONE


def was_delivered(job_id: str | None, out: Path, console: Console) -> bool:
    """Whether an earlier command has done all this; it is said then."""
    delivery = read_delivery(out)
    if not delivery or delivery.job_id != job_id or not delivery.is_whole(out):
        return False
    say(console, "This job was delivered before, and all its files are whole.")
    print_summary(console, out)
    return True


def await_mail(where: Followed, job: ShownJob, end: End) -> None:
    """Give the e-mail time to be written, where one was asked for.

    The job's end is what matters: a mail that does not come is worth a line in the cloud's log,
    not a failure here.
    """
    deadline_s = time.monotonic() + MAIL_TIMEOUT_S
    while job.email and time.monotonic() < deadline_s:
        if any(_is_about(path, job.job_id, end) for path in where.outbox.glob("*.eml")):
            return
        time.sleep(POLL_S)


def _is_about(path: Path, job_id: str, end: End) -> bool:
    headers = BytesHeaderParser().parsebytes(path.read_bytes())
    return (headers["X-Spaceport-Job"], headers["X-Spaceport-Kind"]) == (job_id, end.kind.value)


def print_summary(console: Console, out: Path) -> None:
    """The few lines at the end."""
    for line in summarise(read_report(out), out):
        say(console, line)
