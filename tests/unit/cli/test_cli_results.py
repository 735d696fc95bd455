"""Fetching results: checked first, then all at once; and what is printed at the end."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spaceport_cli.cloud.redrive import DeadLetter
from spaceport_cli.run import collect as collecting
from spaceport_cli.run.collect import Collector, read_delivery, save_traces
from spaceport_cli.run.follow import print_summary
from spaceport_cli.run.record import RunRecord, check_same_photos, locked
from spaceport_cli.show.sentences import explain_os_error, human_bytes, human_seconds, one_sentence
from spaceport_cli.show.stages import ShownJob
from spaceport_contracts.artifacts import Artifact, ArtifactSet, split_uri
from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.report import (
    CompressReport,
    PhotosReport,
    Report,
    SecondsReport,
    SfmReport,
    TrainReport,
)
from spaceport_contracts.results import OutputFile, StageResult
from spaceport_runtime.errors import UserError

JOB = "0123456789ab"
FILES = {
    "sfm": {"sparse/0/cameras.bin": b"cameras", "geo.json": b"{}", "images/0001.jpg": b"big"},
    "train": {"scene.ply": b"ply", "cameras.json": b"[]", "heldout/a-render.jpg": b"jpg"},
    "compress": {"scene.sog": b"sog", "preview.png": b"png", "flythrough.webp": b"webp"},
}


def report() -> Report:
    return Report(
        job_id=JOB,
        title="Church",
        quality="draft",
        photos=PhotosReport(
            total=20,
            registered=18,
            rejected=(RejectedPhoto(name="a.jpg", reason="It is blurred."),) * 2,
        ),
        sfm=SfmReport(
            reprojection_error_px=0.512,
            mean_track_length=4.2,
            gps_rms_m=0.42,
            camera_height_above_ground_m=40.0,
            sparse_points=9000,
        ),
        train=TrainReport(
            gaussians=212345,
            steps=3000,
            heldout_psnr_db=22.345,
            heldout_corrected_psnr_db=23.0,
            heldout_ssim=0.71,
            heldout_photos=(),
            rasteriser="cpu",
        ),
        compress=CompressReport(bytes=3_000_000, ratio=14.25, psnr_vs_ply_db=41.0),
        seconds=SecondsReport(ingest=1.0, sfm=62.0, train=150.0, compress=20.0, total=240.0),
        warnings=("Two photos carry no GPS.",),
    )


class FakeS3:
    """A bucket in memory."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.cut_off = "nothing"

    def get_object(self, **request: str) -> dict[str, Any]:
        content = self.objects[request["Key"]]
        etag = hashlib.md5(content).hexdigest()
        sent = content[:-1] if request["Key"].endswith(self.cut_off) else content
        return {"Body": Body(sent), "ETag": f'"{etag}"'}

    def list_objects_v2(self, **request: str) -> dict[str, Any]:
        keys = [key for key in self.objects if key.startswith(request["Prefix"])]
        return {"Contents": [{"Key": key} for key in keys]}


class Body(io.BytesIO):
    """A streaming body."""

    def iter_chunks(self, size: int) -> Any:
        while chunk := self.read(size):
            yield chunk


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def bucket() -> FakeS3:
    client = FakeS3()
    client.objects[f"jobs/{JOB}/report/01/report.json"] = report().model_dump_json().encode()
    client.objects[f"jobs/{JOB}/report/01/report.html"] = b"<html>"
    return client


@pytest.fixture
def job(bucket: FakeS3) -> ShownJob:
    job = ShownJob(JOB, attempt=1)
    for stage, files in FILES.items():
        prefix = f"s3://spaceport/jobs/{JOB}/{stage}/01/output/"
        listed = tuple(
            OutputFile(path=path, bytes=len(content), sha256=sha256(content))
            for path, content in files.items()
        )
        index = StageResult(files=listed).model_dump_json().encode()
        uri = prefix + "result.json"
        for path, content in {**files, "result.json": index}.items():
            bucket.objects[split_uri(prefix + path)[1]] = content
        artifact = Artifact(uri=uri, bytes=len(index), sha256=sha256(index))
        job.outputs[stage] = ArtifactSet(prefix=prefix, index=artifact)
    return job


def key_of(bucket: FakeS3, name: str) -> str:
    return next(key for key in bucket.objects if key.endswith(name))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out" / ".spaceport").mkdir(parents=True)
    return tmp_path / "out"


def final_files(out: Path) -> list[str]:
    paths = (path.relative_to(out) for path in out.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if path.parts[0] != ".spaceport")


def test_results_lie_where_they_are_promised(bucket: FakeS3, job: ShownJob, out: Path) -> None:
    Collector(bucket, "spaceport", out).collect(job)

    assert final_files(out) == [
        "flythrough.webp",
        "heldout/a-render.jpg",
        "preview.png",
        "report.html",
        "report.json",
        "scene.ply",
        "scene.sog",
        "sparse/cameras.bin",
        "sparse/geo.json",
    ]
    delivery = read_delivery(out)
    assert delivery is not None
    assert delivery.is_whole(out)
    (out / "scene.sog").write_bytes(b"SOG")
    assert not delivery.is_whole(out)


@pytest.mark.parametrize("broken", ["scene.ply", "preview.png", "train/01/output/result.json"])
def test_a_changed_file_leaves_nothing_behind(
    broken: str, bucket: FakeS3, job: ShownJob, out: Path
) -> None:
    bucket.objects[key_of(bucket, broken)] += b" "

    with pytest.raises(UserError, match="is not what its stage wrote"):
        Collector(bucket, "spaceport", out).collect(job)

    assert final_files(out) == []
    assert read_delivery(out) is None


def test_a_report_that_arrives_in_part(bucket: FakeS3, job: ShownJob, out: Path) -> None:
    bucket.cut_off = "report.html"

    with pytest.raises(UserError, match=r"report\.html is not what its stage wrote"):
        Collector(bucket, "spaceport", out).collect(job)

    assert final_files(out) == []


def test_a_report_that_never_comes(
    bucket: FakeS3, job: ShownJob, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "REPORT_TIMEOUT_S", 0.0)
    del bucket.objects[key_of(bucket, "report.html")]

    with pytest.raises(UserError, match="report was not written"):
        Collector(bucket, "spaceport", out).collect(job)

    assert final_files(out) == []


def test_only_the_jobs_own_events_are_left(out: Path, tmp_path: Path) -> None:
    state, outbox = out / ".spaceport", tmp_path / "outbox"
    outbox.mkdir()
    (outbox / "1.eml").write_bytes(b"Subject: done")
    lines = [{"detail-type": "X", "detail": {"job_id": job_id}} for job_id in (JOB, "f" * 12)]
    (state / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    save_traces(out, state, outbox, JOB)

    assert [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()] == [
        lines[0]
    ]
    assert final_files(out) == ["events.jsonl", "outbox/1.eml"]


def test_the_summary_states_the_figures(out: Path) -> None:
    (out / "report.json").write_text(report().model_dump_json())
    screen = io.StringIO()

    print_summary(Console(file=screen, width=40), out)

    told = screen.getvalue()
    for text in (
        "Done: Church",
        "18 of 20 registered, 2 photos left out",
        "reprojection error 0.51 px, GPS residual 0.42 m rms",
        "212,345 Gaussians, held-out PSNR 22.34 dB, SSIM 0.710",
        "left out  a.jpg: It is blurred.",
        "3.0 MB, 14.2 times smaller than the .ply",
        "4 min 00 s (ingest 1 s, sfm 1 min 02 s, train 2 min 30 s, compress 20 s)",
        "warning   Two photos carry no GPS.",
        str(out / "scene.sog"),
        str(out / "report.html"),
    ):
        assert text in told


def test_the_state_belongs_to_the_photos_that_made_it(out: Path) -> None:
    record = RunRecord(photos_digest="a", photos="/photos", job_id=JOB)

    check_same_photos(None, "a", out)
    check_same_photos(record, "a", out)
    with pytest.raises(UserError, match="other photos"):
        check_same_photos(record, "b", out)


def test_one_run_per_folder(out: Path) -> None:
    state = out / ".spaceport"
    with locked(state), pytest.raises(UserError, match="Another Spaceport"), locked(state):
        pytest.fail("two runs at once")
    with locked(out / ".spaceport"):
        pass


@pytest.mark.parametrize(
    ("message", "remedy", "sentence"),
    [
        ("The disk is full.", "Free some space.", "The disk is full: free some space."),
        ("Two\nlines.", "DJI photos work.", "Two lines: DJI photos work."),
        ("Nothing more to say", "", "Nothing more to say."),
    ],
)
def test_one_sentence(message: str, remedy: str, sentence: str) -> None:
    assert one_sentence(message, remedy) == sentence


@pytest.mark.parametrize(
    ("number", "words"), [(28, "disk is full"), (13, "not allowed"), (98, "port"), (5, "Input/out")]
)
def test_errors_of_the_operating_system(number: int, words: str) -> None:
    assert words in explain_os_error(OSError(number, "x", "/out/scene.sog")).message


def test_sizes_and_times_as_people_say_them() -> None:
    assert [human_bytes(n) for n in (0, 999, 1500, 5_000_000, 3_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "5.0 MB",
        "3.0 GB",
    ]
    assert [human_seconds(s) for s in (0.4, 59, 75, 3700)] == [
        "0 s",
        "59 s",
        "1 min 15 s",
        "1 h 01 min",
    ]


@pytest.mark.parametrize(
    ("body", "attributes", "line"),
    [
        ("hello", {}, "not an event  no job  its handler failed every time it was tried"),
        (
            json.dumps({"detail-type": "SplatTrained", "detail": {"job_id": JOB}}),
            {"spaceport-reason": {"StringValue": "an unknown version"}},
            f"SplatTrained  {JOB}  an unknown version",
        ),
        ("[1, 2]", {}, "not an event  no job  its handler failed every time it was tried"),
    ],
)
def test_dead_letters_are_described(body: str, attributes: dict[str, Any], line: str) -> None:
    assert DeadLetter(body, "receipt", attributes).describe() == line
