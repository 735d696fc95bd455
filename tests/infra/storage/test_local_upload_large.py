"""A capture of 2 GB through the upload API: disk and no memory, verdicts included."""

from pathlib import Path

import pytest
from bench.front.uploads import Peak, large_photo

from spaceport_cli.photos.send import ask, send_files
from tests.infra.clouds import wait_for
from tests.infra.served import MIB, served

PHOTOS, PHOTO_MIB = 20, 100
ABOVE_IDLE_MIB = 512


@pytest.mark.slow
def test_a_capture_of_two_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    files = [large_photo(tmp_path, number, PHOTO_MIB * MIB) for number in range(PHOTOS)]
    with served(tmp_path / "state") as up, Peak(up.process) as peak:
        upload_id = send_files(files, "large", "large", up.cloud, lambda *_: None)
        path = f"/uploads/{upload_id}"
        for file in files:
            ask(up.cloud, "POST", f"{path}/parts", {"files": [file.name]})

        def judged() -> bool:
            standing = ask(up.cloud, "GET", path)["files"]
            assert all(file["state"] == "arrived" for file in standing)
            return all(file["verdict"] and file["verdict"]["ok"] for file in standing)

        wait_for(judged, 300)
    assert peak.grown_mib < ABOVE_IDLE_MIB
