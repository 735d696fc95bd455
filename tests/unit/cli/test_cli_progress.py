"""What is shown of a job: the fold of its events, and the lines without a terminal."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spaceport_cli.show.display import LiveDisplay, PlainDisplay, describe
from spaceport_cli.show.feed import Feed
from spaceport_cli.show.stages import EndKind, ShownJob, StageState
from spaceport_contracts.events import Stage, StageProgressed, StageStarted

JOB = "0123456789ab"
ARTIFACT = {"uri": "s3://b/k", "bytes": 1, "sha256": "0" * 64}
OUTPUTS = {"prefix": "s3://b/p/", "index": ARTIFACT}


def event(name: str, attempt: int = 1, **fields: Any) -> dict[str, Any]:
    envelope = {
        "event_id": f"{name}-{attempt}",
        "job_id": JOB,
        "correlation_id": JOB,
        "causation_id": "upload",
        "occurred_at": datetime(2026, 6, 1, tzinfo=UTC).isoformat(),
        "attempt": attempt,
    }
    return {"source": "spaceport.x", "detail-type": name, "detail": envelope | fields}


def requested(attempt: int = 1, start_at: str = "sfm") -> dict[str, Any]:
    return event(
        "ReconstructionRequested",
        attempt,
        start_at=start_at,
        quality="draft",
        email="a@b.ch",
        title="",
        inputs=OUTPUTS,
        photos=18,
        ingest_seconds=2.0,
    )


def progressed(n: int, step: str = "matching", stage: str = "sfm", **more: Any) -> dict[str, Any]:
    return event("StageProgressed", stage=stage, step=step, n=n, m=306, **more)


def built(attempt: int = 1) -> dict[str, Any]:
    return event(
        "SparseModelBuilt",
        attempt,
        quality="draft",
        outputs=OUTPUTS,
        photos_total=18,
        photos_registered=18,
        reprojection_error_px=0.512,
        mean_track_length=4.0,
        gps_rms_m=0.4,
        camera_height_above_ground_m=40.0,
        seconds=62.0,
    )


def compressed(attempt: int = 1) -> dict[str, Any]:
    return event(
        "SplatCompressed",
        attempt,
        outputs=OUTPUTS,
        scene=ARTIFACT,
        gaussians=5,
        bytes=2048,
        ratio=14.2,
        psnr_vs_ply_db=40.0,
        seconds=20.0,
    )


def failed(stage: str = "train", attempt: int = 1) -> dict[str, Any]:
    return event(
        "StageFailed",
        attempt,
        stage=stage,
        failure_class="internal",
        reason="It broke.",
        remedy="Run it again.",
    )


def job_after(*events: dict[str, Any]) -> ShownJob:
    job = ShownJob(JOB)
    for envelope in events:
        job.apply(envelope)
    return job


def test_a_delivered_job() -> None:
    job = job_after(requested(), progressed(120), built(), compressed())

    assert job.end is not None
    assert job.end.kind is EndKind.DELIVERED
    assert job.email == "a@b.ch"
    assert set(job.outputs) == {"sfm", "compress"}
    assert describe(job.stages["sfm"]) == (
        "done  18 of 18 photos registered, reprojection error 0.51 px, GPS residual 0.40 m  "
        "1 min 02 s"
    )


def test_late_and_repeated_news_changes_nothing() -> None:
    job = job_after(requested(), built(), progressed(120), built())

    assert job.stages["sfm"].state is StageState.DONE


def test_a_replay_starts_the_later_stages_again() -> None:
    job = job_after(requested(), built(), failed(), requested(2, "train"), failed(attempt=1))

    assert job.end is None
    assert job.attempt == 2
    assert job.stages["sfm"].state is StageState.DONE
    assert job.stages["train"].state is StageState.PENDING
    assert job.first_unfinished == "train"


def test_a_reopened_job_waits_for_its_next_attempt() -> None:
    job = job_after(requested(), built(), failed())
    job.reopen("train")
    assert job.stages["train"].state is StageState.PENDING
    job.apply(failed())
    assert job.end is None

    job.apply(compressed(2))
    assert job.end is not None


def test_another_jobs_events_are_not_ours() -> None:
    other = requested()
    other["detail"]["job_id"] = "ffffffffffff"

    assert ShownJob(JOB).apply(other) is None


def test_events_that_we_publish_are_understood() -> None:
    common: dict[str, Any] = {
        "event_id": "e",
        "job_id": JOB,
        "correlation_id": JOB,
        "causation_id": "c",
        "occurred_at": datetime.now(UTC),
        "attempt": 1,
        "stage": Stage.TRAIN,
    }
    started = StageStarted(instance_type="ml.g4dn.xlarge", **common)
    moved = StageProgressed(step="optimise", n=5, m=10, figures={"psnr_db": 21.3}, **common)
    job = job_after(
        *(
            {"detail-type": type(e).__name__, "detail": json.loads(e.model_dump_json())}
            for e in (started, moved)
        )
    )

    assert describe(job.stages["train"]) == "optimise 5/10  psnr 21.3 dB"


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def screen() -> Iterator[io.StringIO]:
    with io.StringIO() as stream:
        yield stream


def test_lines_without_a_terminal(screen: io.StringIO) -> None:
    clock = Clock()
    display = PlainDisplay(Console(file=screen, width=60), clock)
    job = ShownJob(JOB)

    def at(now_s: float, envelope: dict[str, Any]) -> None:
        clock.now_s = now_s
        changed = job.apply(envelope)
        if changed:
            display.show(job.stages, changed)

    at(0, requested())
    at(1, event("StageWaiting", stage="sfm", place=2, instance_type="ml.c6i.4xlarge"))
    at(2, event("StageStarted", stage="sfm", instance_type="ml.c6i.4xlarge"))
    at(3, progressed(1, seconds_left=90.0))
    at(5, progressed(40, seconds_left=80.0))
    at(14, progressed(120, seconds_left=41.2, figures={"verified_pairs": 101.0}))
    at(15, progressed(306, seconds_left=0.0))
    at(16, progressed(306, seconds_left=0.0))
    at(17, progressed(1, step="mapping"))
    at(18, built())
    at(19, built())

    assert screen.getvalue().splitlines() == [
        "ingest    done  18 usable photos  2 s",
        "sfm       waits for a machine, number 2 in the queue",
        "sfm       starting",
        "sfm       matching 1/306  1 min 30 s left",
        "sfm       matching 120/306  41 s left  verified pairs 101",
        "sfm       matching 306/306  0 s left",
        "sfm       mapping 1/306",
        "sfm       done  18 of 18 photos registered, reprojection error 0.51 px, "
        "GPS residual 0.40 m  1 min 02 s",
    ]


def test_a_terminal_shows_every_stage(screen: io.StringIO) -> None:
    console = Console(file=screen, force_terminal=True, width=120)
    with LiveDisplay(console) as display:
        job = job_after(requested(), progressed(120, seconds_left=41.0))
        display.show(job.stages, "sfm")
        display.say("a line that stays")

    shown = screen.getvalue()
    for text in ("ingest", "matching 120/306", "41 s left", "train", "compress", "a line that"):
        assert text in shown


def test_the_feed_is_read_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    feed = Feed(path)
    assert feed.read_new() == []

    whole = json.dumps(requested())
    path.write_text(whole + "\n" + whole[:40])
    assert len(feed.read_new()) == 1
    with path.open("a") as stream:
        stream.write(whole[40:] + "\nnot json\n" + whole + "\n")
    assert len(feed.read_new()) == 2
    assert feed.read_new() == []
