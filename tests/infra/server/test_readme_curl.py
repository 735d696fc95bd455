"""The curl lines of README.md, run as they are written, against a cloud on other ports."""

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner
from tests.infra.asked import get
from tests.infra.clouds import Program, wait_for
from tests.infra.uploads import PHOTOS

README = Path(__file__).parents[3] / "README.md"
API, S3 = "http://127.0.0.1:8080", "http://127.0.0.1:8081"
# Of a line that begins so, the status of its answer; the others are told apart by their number.
STATUSES = {
    "/uploads ": 201,
    "curl -T": 200,
    "/complete": 202,
    "/start-job": 202,
    "/find-job": 200,
    "/jobs?": 200,
    "/jobs/JOB  ": 200,
    "/events": 200,
    "/files/report.html": 200,
    "/cancel": 409,  # it was delivered meanwhile
    "/replay": 202,
}


def lines() -> list[str]:
    """Every command of the section, its continuations with it."""
    section = README.read_text().partition("## The API")[2].partition("\n## ")[0]
    blocks = re.findall(r"```\n(.*?)```", section, re.DOTALL)
    found = re.split(r"\n(?=curl)", "\n".join(block.strip() for block in blocks))
    return [line.strip() for line in found]


class Terminal:
    """A folder with photos.zip and .spaceport in it, and curl."""

    def __init__(self, folder: Path, cloud: LocalCloud) -> None:
        self.folder, self.cloud = folder, cloud
        self.names: dict[str, str] = {}
        (folder / ".curlrc").write_text('write-out = "\\n%{http_code}"\nsilent\nmax-time = 60\n')
        with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
            for number, content in enumerate(PHOTOS):
                archive.writestr(f"p{number}.jpg", content)

    def run(self, line: str) -> tuple[int, str]:
        """The status and what the line printed, the ports and the placeholders filled in."""
        ports = {API: self.cloud.api_url.rstrip("/"), S3: self.cloud.endpoint_url}
        for name, value in {**ports, **self.names}.items():
            line = line.replace(name, value)
        environment = {"PATH": "/usr/bin:/bin", "CURL_HOME": str(self.folder)}
        bash = ["bash", "-c", line]
        done = subprocess.run(
            bash, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done.stderr)
        told, _, status = done.stdout.rpartition("\n")
        return int(status), told


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    options = CloudOptions(tmp_path / ".spaceport", runner=FunctionRunner(Program()))
    with LocalCloud(options) as cloud:
        yield Terminal(tmp_path, cloud)


def test_the_lines_of_the_readme_work_as_written(terminal: Terminal) -> None:
    s3, done = terminal.cloud.client("s3"), list[str]()
    for line in lines():
        kind = next(beginning for beginning in STATUSES if beginning in line)
        if kind in ("/start-job", "/find-job"):
            folder = "captures" if kind == "/start-job" else "uploads"
            place = {"Bucket": "spaceport", "Key": f"{folder}/photos.zip"}
            s3.put_object(**place, Body=(terminal.folder / "photos.zip").read_bytes())
        if kind == "/jobs?":
            wait_for(lambda: is_delivered(terminal))
        status, told = terminal.run(line)
        assert status == STATUSES[kind], (line, told)
        learn(kind, told, terminal.names)
        done.append(kind)
    assert set(done) == set(STATUSES)
    assert "<html" in (terminal.folder / "report.html").read_text()


def learn(kind: str, told: str, names: dict[str, str]) -> None:
    """What the reader is told to put into the next lines."""
    if kind == "/uploads ":
        begun: dict[str, Any] = json.loads(told)
        names |= {"UPLOAD": begun["uploadId"], "LINK": begun["links"][0]["url"]}
    if kind == "/complete":
        names["JOB"] = json.loads(told)["jobId"]


def is_delivered(terminal: Terminal) -> bool:
    """With its report, which is written when the job is known to be delivered."""
    delivered = [job["job_id"] for job in get(terminal.cloud, "/jobs?status=delivered")["jobs"]]
    job_id = terminal.names["JOB"]
    return job_id in delivered and bool(get(terminal.cloud, f"/jobs/{job_id}")["report"])
