"""`spaceport replay` and `spaceport cancel`: ask a cloud for another attempt, or to stop one."""

from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import announced, call_api, find_running, require_running
from spaceport_cli.run.checks import STATE_NAME, check_out
from spaceport_cli.run.follow import EXIT_DONE, Followed, Follower, ask_replay, finish
from spaceport_cli.run.record import log_to_file
from spaceport_cli.run.run import for_folder
from spaceport_cli.show.display import make_display
from spaceport_cli.show.voice import say
from spaceport_runtime.errors import UserError

STAGE_OF_API_NAME = {"sfm": "sfm", "3dgs": "train", "compression": "compress"}


def replay(job_id: str, from_stage: str, state_dir: Path, out: Path, console: Console) -> int:
    """Run a job again from a stage, without uploading again, and fetch what it leaves.

    The cloud is the one that serves `state_dir`. Where none does, and `out` is the folder of an
    earlier `spaceport run`, that run's own cloud is brought back for it.
    """
    check_out(out)
    running = find_running(state_dir)
    if running is not None:
        where = Followed(running, state_dir, state_dir / "outbox", out)
        return _replay_on(where, job_id, from_stage, console)
    own_state_dir = out / STATE_NAME
    if Follower(job_id, own_state_dir).job.is_known:
        return _replay_alone(own_state_dir, out, job_id, from_stage, console)
    raise UserError(
        f"No Spaceport is running with its state in '{state_dir}', and '{out}' does not hold "
        f"job {job_id}.",
        "Start 'spaceport up', or name the folder of the run with --out.",
    )


def _replay_alone(
    state_dir: Path, out: Path, job_id: str, from_stage: str, console: Console
) -> int:
    from spaceport_local.cloud import CloudOptions, LocalCloud  # noqa: PLC0415

    log_to_file(state_dir)
    options = CloudOptions(state_dir=state_dir, variables=for_folder(out))
    with LocalCloud(options) as cloud, announced(cloud, state_dir):
        where = Followed(cloud, state_dir, cloud.outbox, out)
        return _replay_on(where, job_id, from_stage, console)


def _replay_on(where: Followed, job_id: str, from_stage: str, console: Console) -> int:
    follower = Follower(job_id, where.state_dir)
    with make_display(console) as display:
        ask_replay(where.cloud, follower.job, STAGE_OF_API_NAME[from_stage])
        end = follower.wait(display)
    return finish(where, follower.job, end, console)


def cancel(job_id: str, state_dir: Path, console: Console) -> int:
    """Stop a job that runs on the cloud of `state_dir`."""
    running = require_running(state_dir)
    call_api(running, "POST", f"/jobs/{job_id}/cancel", {})
    say(console, f"Job {job_id} is being cancelled.")
    return EXIT_DONE
