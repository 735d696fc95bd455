"""`spaceport run --cloud` against a cloud that is reached by HTTP only, as a deployment is.

The cloud is the embedded one, whose HTTP API has the routes, handlers and signed links of a
deployment; nothing of its state folder is used here but the token.
"""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from spaceport_cli.cloud.access import Api
from spaceport_cli.deployment import follow
from spaceport_cli.deployment.jobs import jobs
from spaceport_cli.deployment.run import cancel_on, run_on
from spaceport_cli.deployment.where import Deployment, find_deployment
from spaceport_cli.photos.upload import Wishes, hash_file
from spaceport_cli.run.collect import read_delivery
from spaceport_cli.run.run import RunOptions
from spaceport_contracts.report import Report
from spaceport_contracts.results import Quality
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner, Task
from spaceport_runtime.errors import UserError
from tests.infra.asked import get
from tests.infra.clouds import Program, wait_for
from tests.infra.uploads import PHOTOS, status_of

RESULTS = (
    "scene.sog",
    "scene.ply",
    "sparse/points3D.bin",
    "report.json",
    "report.html",
    "events.jsonl",
)


class Deployed:
    """The cloud, and the program that its jobs run."""

    def __init__(self, cloud: LocalCloud, program: "Breakable") -> None:
        self.cloud, self.program = cloud, program

    @property
    def api(self) -> Api:
        """As somebody elsewhere knows it: an address and a token."""
        variables = {"SPACEPORT_TOKEN": self.cloud.token}
        return find_deployment(self.cloud.api_url, variables)


class Breakable(Program):
    """A good job's program, unless it is told to fail a stage."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: set[str] = set()

    def __call__(self, task: Task) -> int:
        if task.name.split("-")[0] in self.broken:
            path = task.root / "output" / "message"
            path.parent.mkdir(parents=True, exist_ok=True)
            told = {"class": "user", "reason": "It is too dark.", "remedy": "Fly by day."}
            path.write_text(json.dumps(told))
            (path.parent / "failure").write_text(json.dumps(told))
            return 1
        return super().__call__(task)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    program = Breakable()
    options = CloudOptions(
        state_dir=tmp_path_factory.mktemp("deployment"), runner=FunctionRunner(program)
    )
    with LocalCloud(options) as cloud:
        yield Deployed(cloud, program)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "beach"
    folder.mkdir()
    for number, content in enumerate(PHOTOS):
        (folder / f"p{number}.jpg").write_bytes(content)
    return folder


def ran(deployed: Deployed, photos: Path, out: Path, title: str) -> tuple[int, str]:
    """The exit code and what was said."""
    console = Console(file=StringIO(), width=200)
    wishes = Wishes(Quality.DRAFT, None, title)
    code = run_on(deployed.api, RunOptions(photos, out, wishes), console)
    return code, console.file.getvalue()  # type: ignore[attr-defined]


def test_photos_go_up_and_all_results_come_down(
    deployed: Deployed, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, told = ran(deployed, photos, out, "down")
    assert code == 0, told
    assert [name for name in RESULTS if not (out / name).is_file()] == []
    report = Report.model_validate_json((out / "report.json").read_bytes())
    assert report.title == "down"
    delivery = read_delivery(out)
    assert delivery is not None
    assert delivery.is_whole(out)
    assert {file.path: file.sha256 for file in delivery.files} == {
        file.path: hash_file(out / file.path)[0] for file in delivery.files
    }
    assert not (out / ".spaceport" / "incoming").exists()
    for line in ("ingest", "sfm", "train", "compress"):
        assert f"\n{line:<10}done" in f"\n{told}", told


def test_the_same_command_again_comes_back_to_the_same_job(
    deployed: Deployed, photos: Path, tmp_path: Path
) -> None:
    code, first = ran(deployed, photos, tmp_path / "one", "again")
    launched = deployed.cloud.sagemaker.names()
    assert (code, ran(deployed, photos, tmp_path / "one", "again")[0]) == (0, 0)
    # From another folder, as from another machine, which knows nothing of the first command.
    code, other = ran(deployed, photos, tmp_path / "two", "again")
    assert code == 0
    assert deployed.cloud.sagemaker.names() == launched
    assert job_in(first) == job_in(other)
    assert (tmp_path / "two" / "scene.sog").is_file()


def job_in(told: str) -> str:
    line = next(line for line in told.splitlines() if line.startswith("job "))
    return line.split()[1]


def test_what_failed_is_told_and_tried_again_by_the_same_command(
    deployed: Deployed, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.program.broken = {"train"}
    code, first = ran(deployed, photos, tmp_path / "out", "dark")
    assert code == 1
    assert capsys.readouterr().err == "spaceport: It is too dark: fly by day.\n"
    assert not (tmp_path / "out" / "scene.sog").exists()
    deployed.program.broken = set()
    code, told = ran(deployed, photos, tmp_path / "out", "dark")
    assert code == 0, told
    assert "trying again from train: It is too dark." in told
    job_id = job_in(first)
    assert f"sfm-{job_id}-02" not in deployed.cloud.sagemaker.names()


def test_ctrl_c_leaves_the_job_running_and_says_how_to_come_back(
    deployed: Deployed, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.program.hold = {"train"}
    deployed.program.go_on.clear()
    console = Console(file=StringIO(), width=200)
    options = RunOptions(photos, tmp_path / "out", Wishes(Quality.DRAFT, None, "left"))

    def pressed(*_: object) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(follow.DeploymentFollower, "_progress", pressed)
        with pytest.raises(KeyboardInterrupt):
            run_on(deployed.api, options, console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    job_id = job_in(told)
    assert f"job {job_id} goes on; to stop it: spaceport cancel {job_id} --endpoint http" in told
    wait_for(lambda: f"train-{job_id}-01" in deployed.cloud.sagemaker.names())
    deployed.program.go_on.set()
    deployed.program.hold = set()
    # As if it had been fetched halfway, of an earlier attempt: the size is right, the bytes not.
    stale = tmp_path / "out" / ".spaceport" / "incoming" / "scene.sog"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"stale")
    assert ran(deployed, photos, tmp_path / "out", "left")[0] == 0
    assert (tmp_path / "out" / "scene.sog").read_bytes() == b"splat"


def test_a_job_is_cancelled_from_afar(
    deployed: Deployed, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.program.hold = {"sfm"}
    deployed.program.go_on.clear()
    cancelled: list[str] = []

    def cancel(follower: follow.DeploymentFollower) -> list[str]:
        if not cancelled:
            cancelled.append(follower.job.job_id)
            cancel_on(deployed.api, follower.job.job_id, Console(file=StringIO()))
        return []

    with monkeypatch.context() as patch:
        patch.setattr(follow.DeploymentFollower, "_progress", cancel)
        code, _ = ran(deployed, photos, tmp_path / "out", "cancelled")
    deployed.program.hold = set()
    assert code == 1
    assert status_of(deployed.cloud, cancelled[0])["status"] == "cancelled"


def test_a_token_that_nobody_knows_is_one_sentence(
    deployed: Deployed, photos: Path, tmp_path: Path
) -> None:
    stranger = Deployment(deployed.cloud.api_url, lambda: "forged")
    wishes = Wishes(Quality.DRAFT, None, "stranger")
    with pytest.raises(UserError, match="does not know who you are"):
        run_on(stranger, RunOptions(photos, tmp_path / "out", wishes), Console(file=StringIO()))


def test_the_listing_names_every_file_of_the_folder(
    deployed: Deployed, photos: Path, tmp_path: Path
) -> None:
    _, told = ran(deployed, photos, tmp_path / "out", "mine")
    listed = get(deployed.cloud, f"/jobs/{job_in(told)}/results")
    own = {"events.jsonl"}
    kept = {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*")}
    files = {str(path) for path in kept if path.parts[0] != ".spaceport" and path.suffix}
    assert {file["path"] for file in listed["files"]} == files - own


def test_jobs_lists_the_machines_of_this_deployment(
    deployed: Deployed, photos: Path, tmp_path: Path
) -> None:
    _, told = ran(deployed, photos, tmp_path / "out", "listed")
    console = Console(file=StringIO(), width=200)
    client = deployed.cloud.client("sagemaker")
    assert jobs(client, "spaceport", 1, console) == 0
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    mine = [line.split() for line in lines if line.startswith(job_in(told))]
    assert [cells[2] for cells in mine] == ["compress", "train", "sfm"]
    assert {cells[3] for cells in mine} == {"Completed"}
    other = Console(file=StringIO(), width=200)
    assert jobs(client, "spaceport-dev", 1, other) == 0
    assert other.file.getvalue() == "No machine worked in the last 1 hours.\n"  # type: ignore[attr-defined]
