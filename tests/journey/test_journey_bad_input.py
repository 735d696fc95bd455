"""Bad captures through the real front of the pipeline: one sentence each, nothing left behind."""

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.journey.spaceport import (
    Told,
    assert_refused,
    events_of,
    jobs_of,
    noise_photo,
    spaceport,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def run(source: Path, out: Path) -> Told:
    return spaceport("run", source, "--out", out, "--quality", "draft", timeout_s=60)


def test_a_text_file_called_jpg_among_too_few(photos: Path, tmp_path: Path) -> None:
    for seed in range(2):
        noise_photo(photos / f"good {seed}.jpg", seed)
    (photos / "shopping list.jpg").write_text("milk, eggs\n" * 100)

    told = run(photos, tmp_path / "out")

    assert_refused(told, tmp_path / "out", "shopping list.jpg")
    assert told.code == 1
    assert jobs_of(tmp_path / "out") == []


def test_one_photo(photos: Path, tmp_path: Path) -> None:
    noise_photo(photos / "only.jpg", 1)

    assert_refused(run(photos, tmp_path / "out"), tmp_path / "out", "photo")


def test_the_same_photo_again_and_again(photos: Path, tmp_path: Path) -> None:
    first = noise_photo(photos / "a.jpg", 1)
    for name in ("b.jpg", "c.jpg", "d.jpg", "e.jpg"):
        shutil.copy(first, photos / name)

    assert_refused(run(photos, tmp_path / "out"), tmp_path / "out", "photo")
    assert jobs_of(tmp_path / "out") == []


def test_a_corrupt_photo_is_named(photos: Path, tmp_path: Path) -> None:
    for seed in range(3):
        path = noise_photo(photos / f"DJI_{seed}.jpg", seed)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])

    assert_refused(run(photos, tmp_path / "out"), tmp_path / "out", "DJI_")


def test_a_zip_that_climbs_out(tmp_path: Path) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for seed in range(4):
            stream.write(noise_photo(tmp_path / "x.jpg", seed), f"../../../../tmp/evil-{seed}.jpg")

    told = run(archive, tmp_path / "out")

    assert_refused(told, tmp_path / "out", "evil-0.jpg")
    assert not Path("/tmp/evil-0.jpg").exists()


def test_a_zip_bomb(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as stream:
        for number in range(3):
            stream.writestr(f"{number}.jpg", bytes(40_000_000))

    assert_refused(run(archive, tmp_path / "out"), tmp_path / "out")
    assert jobs_of(tmp_path / "out") == []


def test_photos_without_overlap(photos: Path, tmp_path: Path) -> None:
    for seed in range(5):
        noise_photo(photos / f"unrelated {seed}.jpg", seed)

    told = spaceport("run", photos, "--out", tmp_path / "out", "--quality", "draft", timeout_s=240)

    assert_refused(told, tmp_path / "out", "overlap")
    assert told.code == 1
    assert len(events_of(tmp_path / "out", "StageFailed")) == 1


def test_a_refused_capture_is_refused_again_without_work(photos: Path, tmp_path: Path) -> None:
    noise_photo(photos / "only.jpg", 1)
    first = run(photos, tmp_path / "out")
    second = run(photos, tmp_path / "out")

    assert second.err == first.err
    assert len(events_of(tmp_path / "out", "CaptureRejected")) == 1


def test_other_photos_into_the_same_folder(photos: Path, tmp_path: Path) -> None:
    noise_photo(photos / "only.jpg", 1)
    run(photos, tmp_path / "out")
    noise_photo(photos / "another.jpg", 2)

    told = run(photos, tmp_path / "out")

    assert_refused(told, tmp_path / "out", "other photos", "choose another folder with --out")
    assert told.code == 2
