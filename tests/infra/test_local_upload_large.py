"""A capture of 2 GB through the upload API: disk and no memory, verdicts included."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from spaceport_cli.photos.send import SentFile, ask, send_files
from tests.infra.clouds import wait_for
from tests.infra.served import MIB, served
from tests.infra.test_local_large import Watch

PHOTOS, PHOTO_MIB = 20, 100
ABOVE_IDLE_MIB = 512
SIZE = (1600, 1200)


def large_photo(folder: Path, number: int) -> SentFile:
    """A photo with as many bytes behind its end as a camera's preview and maker notes have."""
    stream = io.BytesIO()
    noise = random.Random(number).randbytes(SIZE[0] * SIZE[1])
    Image.frombytes("L", SIZE, noise).save(stream, "JPEG")
    path = folder / f"DJI_{number:04d}.JPG"
    with path.open("wb") as written:
        written.write(stream.getvalue())
        written.truncate(PHOTO_MIB * MIB)
    return SentFile(path.name, path, PHOTO_MIB * MIB, "")


@pytest.mark.slow
def test_a_capture_of_two_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    files = [large_photo(tmp_path, number) for number in range(PHOTOS)]
    with served(tmp_path / "state") as up, Watch(up) as watch:
        upload_id = send_files(files, "large", "large", up.cloud, lambda *_: None)
        path = f"/uploads/{upload_id}"
        for file in files:
            ask(up.cloud, "POST", f"{path}/parts", {"files": [file.name]})

        def judged() -> bool:
            standing = ask(up.cloud, "GET", path)["files"]
            assert all(file["state"] == "arrived" for file in standing)
            return all(file["verdict"] and file["verdict"]["ok"] for file in standing)

        wait_for(judged, 300)
    assert watch.most_mib - watch.before_mib < ABOVE_IDLE_MIB
