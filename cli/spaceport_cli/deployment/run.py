"""`spaceport run --cloud`: the same command and the same display, worked on by a deployment."""

from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import Api, call_api
from spaceport_cli.cloud.upload import files_of, key_of
from spaceport_cli.deployment.collect import DeploymentCollector
from spaceport_cli.deployment.follow import (
    LOOKING_S,
    PATIENCE_S,
    DeploymentFollower,
    save_events,
)
from spaceport_cli.photos.send import SentFile, complete, send_files
from spaceport_cli.photos.upload import digest_of
from spaceport_cli.run.begin import check_photos, teller
from spaceport_cli.run.checks import STATE_NAME, check_out
from spaceport_cli.run.collect import write_whole
from spaceport_cli.run.follow import EXIT_DONE, ask_replay, tell_end, was_delivered
from spaceport_cli.run.record import (
    RunRecord,
    check_same_photos,
    known_job,
    locked,
    read_record,
    write_record,
)
from spaceport_cli.run.run import RunOptions
from spaceport_cli.show.display import Display, make_display
from spaceport_cli.show.feed import FEED_NAME
from spaceport_cli.show.stages import End, EndKind
from spaceport_cli.show.voice import say


def run_on(cloud: Api, options: RunOptions, console: Console) -> int:
    """Send the photos, follow their job, fetch what it leaves; returns the exit code.

    The same photos with the same wishes are the same job, so the command comes back to it, from
    any machine: nothing is sent twice, and what failed is tried again.
    """
    found = check_photos(options.photos, options.wishes, options.out)
    check_out(options.out)
    state_dir = options.out / STATE_NAME
    with locked(state_dir):
        files = files_of(options.photos, found, console)
        record = _record_of(options, files, cloud)
        earlier = read_record(state_dir)
        check_same_photos(earlier, record.photos_digest, options.out)
        known = known_job(earlier, record.upload)
        if was_delivered(known, options.out, console):
            return EXIT_DONE
        with make_display(console) as display:
            job_id = known or _send(cloud, options, files, display)
            write_record(state_dir, record.model_copy(update={"job_id": job_id}))
            follower = DeploymentFollower(cloud, job_id, PATIENCE_S if known else LOOKING_S)
            end = _follow(cloud, follower, options.out, display)
        return tell_end(end, options.out, console)


def _record_of(options: RunOptions, files: list[SentFile], cloud: Api) -> RunRecord:
    """As a run on this machine names it, so that both may use one folder for the same photos."""
    if options.photos.is_dir():
        digest = digest_of((file.sha256, file.name) for file in files)
    else:
        digest = files[0].sha256
    upload = f"{cloud.api_url}#{key_of(files, options.wishes)}"
    photos = str(options.photos.resolve())
    return RunRecord(photos_digest=digest, photos=photos, upload=upload)


def _send(cloud: Api, options: RunOptions, files: list[SentFile], display: Display) -> str:
    """The job's id; it may have been made by an earlier command."""
    wishes = options.wishes
    told = teller(display, "uploading")
    upload_id = send_files(files, wishes.title, key_of(files, wishes), cloud, told)
    return complete(cloud, upload_id, wishes)


def _follow(cloud: Api, follower: DeploymentFollower, out: Path, display: Display) -> End:
    job_id = follower.job.job_id
    display.say(f"job {job_id} on {cloud.api_url}")
    try:
        follower.begin(display)
        _set_going(cloud, follower, display)
        end = follower.wait(display)
        if end.kind is EndKind.DELIVERED:
            DeploymentCollector(cloud, job_id, out).collect(display.say)
    except KeyboardInterrupt:
        stop = f"spaceport cancel {job_id} --endpoint {cloud.api_url}"
        display.say(f"job {job_id} goes on; to stop it: {stop}")
        raise
    write_whole(out / FEED_NAME, save_events(follower.envelopes))
    return end


def _set_going(cloud: Api, follower: DeploymentFollower, display: Display) -> None:
    """Ask for another try of what failed before."""
    job = follower.job
    if job.end is None or job.end.kind in (EndKind.DELIVERED, EndKind.REJECTED):
        return
    stage = job.end.stage or job.first_unfinished
    display.say(f"trying again from {stage}: {job.end.reason}")
    ask_replay(cloud, job, stage)


def cancel_on(cloud: Api, job_id: str, console: Console) -> int:
    """Stop a job of the deployment."""
    call_api(cloud, "POST", f"/jobs/{job_id}/cancel", {})
    say(console, f"Job {job_id} is being cancelled.")
    return EXIT_DONE
