"""Real processes, and an upload that nobody heard of."""

import sys
from collections.abc import Sequence
from pathlib import Path

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner, ProcessRunner
from tests.infra.clouds import NOTHING, Events, Program, wait_for
from tests.infra.uploads import job_of, mails, put, status_of, upload

JOB_PROGRAM = """
import sys
from spaceport_runtime.job.container import run_job
sys.path.insert(0, {root!r})
from tests.infra.outputs import write_outputs
def main(container):
    container.progress("working", 1, 2, 3.0, psnr_db=20.5)
    write_outputs(container.root, {stage!r})
    container.progress("working", 2, 2)
sys.exit(run_job({stage!r}, main))
"""


def quick_program(stage_command: Sequence[str]) -> list[str]:
    """The real command line's module, mapped to a program that is done at once."""
    stage = stage_command[-1].removeprefix("spaceport_").removesuffix(".job")
    code = JOB_PROGRAM.format(stage=stage, root=str(Path(__file__).parents[3]))
    return [sys.executable, "-c", code]


def test_lost_uploads_are_found_and_processes_report_their_progress(
    tmp_path: Path,
) -> None:
    """An upload arrives, the machine stops before ingest hears of it; later all goes well."""
    with LocalCloud(CloudOptions(tmp_path, topology=NOTHING)) as cloud:
        uri, etag = put(cloud, "lost", "you@example.com")
    cloud = LocalCloud(CloudOptions(tmp_path, runner=ProcessRunner(quick_program)))
    events = Events(cloud)
    with cloud:
        wait_for(lambda: mails(cloud, "lost"))
        job_id = job_of(cloud, uri, etag)
        assert status_of(cloud, job_id)["status"] == "delivered"
    progress = [(e["stage"], e["n"]) for e in events.named("StageProgressed")]
    assert progress[:2] == [("sfm", 1), ("sfm", 2)]
    assert events.named("StageProgressed")[0]["figures"] == {"psnr_db": 20.5}

    program = Program()
    cloud = LocalCloud(CloudOptions(tmp_path, runner=FunctionRunner(program)))
    again = Events(cloud)
    with cloud:
        other = upload(cloud, "other")
        wait_for(lambda: mails(cloud, "other"))
        assert status_of(cloud, job_id)["status"] == "delivered"
        assert len(mails(cloud, "lost")) == 1
    assert {name.split("-")[1] for name in program.started} == {other}
    assert {e["job_id"] for e in (x["detail"] for x in again.envelopes)} == {other}
