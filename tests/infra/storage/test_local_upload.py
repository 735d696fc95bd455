"""`spaceport upload`: photos to a running cloud, once however often they are sent."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import announced
from spaceport_cli.cloud.upload import upload
from spaceport_cli.photos.upload import Wishes
from spaceport_contracts.results import Quality
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner
from tests.infra.clouds import Program, wait_for
from tests.infra.uploads import PHOTOS, mails, status_of


def test_uploaded_photos_become_one_job(tmp_path: Path) -> None:
    photos, state_dir = tmp_path / "beach", tmp_path / "state"
    photos.mkdir()
    for number, content in enumerate(PHOTOS):
        (photos / f"p{number}.jpg").write_bytes(content)
    wishes = Wishes(Quality.DRAFT, "you@example.com", "beach")
    options = CloudOptions(state_dir, runner=FunctionRunner(Program()))
    with LocalCloud(options) as cloud, announced(cloud, state_dir):
        told = []
        for _ in range(2):
            console = Console(file=StringIO(), width=200)
            assert upload(photos, wishes, state_dir, console) == 0
            told.append(console.file.getvalue().splitlines()[-1])  # type: ignore[attr-defined]
        assert told[0] == told[1]
        job_id = told[0].split()[1].rstrip(":")
        assert told[0].endswith(f"{cloud.api_url.rstrip('/')}/jobs/{job_id}")
        wait_for(lambda: mails(cloud, "beach"))  # before that, nobody may know the job
        wait_for(lambda: status_of(cloud, job_id)["status"] == "delivered")
