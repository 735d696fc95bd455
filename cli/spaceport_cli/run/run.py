"""`spaceport run`: photos in, a splat out, through the whole pipeline on this machine."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import Cloud, announced, call_api
from spaceport_cli.photos.find import FoundPhotos
from spaceport_cli.photos.upload import Upload, Wishes
from spaceport_cli.run.begin import begin, check_photos, prepare
from spaceport_cli.run.checks import STATE_NAME, check_disk, check_out
from spaceport_cli.run.follow import (
    EXIT_DONE,
    Followed,
    Follower,
    ask_replay,
    finish,
    was_delivered,
)
from spaceport_cli.run.record import (
    RunRecord,
    check_same_photos,
    known_job,
    locked,
    log_to_file,
    read_record,
    write_record,
)
from spaceport_cli.show.display import Display, make_display
from spaceport_cli.show.stages import EndKind, ShownJob


def for_folder(out: Path) -> dict[str, str]:
    """Report and mail link to the files in the folder: our port dies with the command."""
    return {"SPACEPORT_NOTIFY_FOLDER_URL": f"{out.resolve().as_uri()}/"}


@dataclass(frozen=True)
class RunOptions:
    """What the user typed."""

    photos: Path
    out: Path
    wishes: Wishes


def run(options: RunOptions, console: Console) -> int:
    """Run the pipeline, or go on with it, or state that it is done; returns the exit code."""
    found = _check(options)
    state_dir = options.out / STATE_NAME
    with locked(state_dir):
        upload = prepare(options.photos, found, options.wishes, console)
        record = read_record(state_dir)
        check_same_photos(record, upload.photos_digest, options.out)
        if was_delivered(known_job(record, upload.name), options.out, console):
            return EXIT_DONE
        return _run_on_cloud(options, upload, console)


def _check(options: RunOptions) -> FoundPhotos | None:
    """Everything that can be known to be wrong before any work; None for a zip."""
    found = check_photos(options.photos, options.wishes, options.out)
    paths = [photo.path for photo in found.photos] if found else [options.photos]
    check_out(options.out)
    check_disk(options.out, sum(path.stat().st_size for path in paths))
    return found


def _run_on_cloud(options: RunOptions, upload: Upload, console: Console) -> int:
    # moto and the services take a second to import; a mistake in the command should not.
    from spaceport_local.cloud import CloudOptions, LocalCloud  # noqa: PLC0415

    state_dir = options.out / STATE_NAME
    log_to_file(state_dir)
    earlier = read_record(state_dir)
    job_id = known_job(earlier, upload.name)
    record = RunRecord(photos_digest=upload.photos_digest, photos=str(options.photos.resolve()))
    if earlier is None:
        write_record(state_dir, record)
    cloud_options = CloudOptions(state_dir=state_dir, variables=for_folder(options.out))
    with LocalCloud(cloud_options) as cloud, announced(cloud, state_dir):
        if earlier and earlier.job_id and not job_id:
            _give_up(cloud, Follower(earlier.job_id, state_dir).job)
        with make_display(console) as display:
            try:
                if not job_id or not Follower(job_id, state_dir).job.is_known:
                    job_id = begin(cloud, upload, display)
                    known = {"upload": upload.name, "job_id": job_id}
                    write_record(state_dir, record.model_copy(update=known))
                follower = Follower(job_id, state_dir)
                _set_going(cloud, follower.job, display)
                end = follower.wait(display)
            except KeyboardInterrupt:
                display.say("stopping; what is running saves its state")
                raise
        where = Followed(cloud, state_dir, cloud.outbox, options.out)
        return finish(where, follower.job, end, console)


def _give_up(cloud: Cloud, job: ShownJob) -> None:
    """Cancel the job that other wishes for the same photos had started."""
    if job.is_known and job.end is None:
        call_api(cloud, "POST", f"/jobs/{job.job_id}/cancel", {})


def _set_going(cloud: Cloud, job: ShownJob, display: Display) -> None:
    """Ask for another try of what failed before."""
    if job.end and job.end.kind is EndKind.FAILED:
        display.say(f"trying again from {job.end.stage}: {job.end.reason}")
        ask_replay(cloud, job, job.end.stage)
    elif job.end and job.end.kind is EndKind.CANCELLED:
        ask_replay(cloud, job, job.first_unfinished)
