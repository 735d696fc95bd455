"""`spaceport run`: photos in, a splat out, through the whole pipeline on this machine."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import Cloud, announced, call_api
from spaceport_cli.photos.find import FoundPhotos, display_name
from spaceport_cli.photos.upload import Upload, Wishes, folder_upload, send, zip_upload
from spaceport_cli.run.checks import (
    STATE_NAME,
    check_disk,
    check_email,
    check_exists,
    check_folder,
    check_out,
    check_zip,
)
from spaceport_cli.run.collect import read_delivery
from spaceport_cli.run.follow import (
    EXIT_DONE,
    Followed,
    Follower,
    ask_replay,
    finish,
    print_summary,
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
from spaceport_cli.show.sentences import count_of
from spaceport_cli.show.stages import INGEST, EndKind, ShownJob, StageState, StageView
from spaceport_cli.show.voice import say

NAMED_AT_MOST = 3
TITLE_CHARACTERS = 200


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
        upload = _prepare(options, found, console)
        record = read_record(state_dir)
        check_same_photos(record, upload.photos_digest, options.out)
        delivery = read_delivery(options.out)
        known = known_job(record, upload.name)
        if delivery and delivery.job_id == known and delivery.is_whole(options.out):
            say(console, "This job was delivered before, and all its files are whole.")
            print_summary(console, options.out)
            return EXIT_DONE
        return _run_on_cloud(options, upload, console)


def _check(options: RunOptions) -> FoundPhotos | None:
    """Everything that can be known to be wrong before any work; None for a zip."""
    check_email(options.wishes.email)
    check_exists(options.photos)
    found = None
    if options.photos.is_dir():
        found = check_folder(options.photos, options.out)
        sizes = [photo.path.stat().st_size for photo in found.photos]
    else:
        check_zip(options.photos)
        sizes = [options.photos.stat().st_size]
    check_out(options.out)
    check_disk(options.out, sum(sizes))
    return found


def _prepare(options: RunOptions, found: FoundPhotos | None, console: Console) -> Upload:
    if found is None:
        return zip_upload(options.photos, options.wishes)
    if found.left_out:
        named = ", ".join(found.left_out[:NAMED_AT_MOST])
        more = ", ..." if len(found.left_out) > NAMED_AT_MOST else ""
        others = count_of(len(found.left_out), "file")
        say(console, f"{others} left out, no photos by their names: {named}{more}")
    return folder_upload(found, options.wishes)


def _teller(display: Display, step: str) -> Callable[[int, int], None]:
    """Show how many files are through, as a step of ingest."""
    blank = ShownJob("").stages

    def tell(number: int, total: int) -> None:
        view = StageView(INGEST, StageState.RUNNING, step, number, total)
        display.show({**blank, INGEST: view}, INGEST)

    return tell


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
                    job_id = _begin(cloud, upload, display)
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
        call_api(cloud.api_url, "POST", f"/jobs/{job.job_id}/cancel", {})


def _begin(cloud: Cloud, upload: Upload, display: Display) -> str:
    """Upload what is not there yet; returns the id of the job that it is."""
    send(upload, cloud.client("s3"), cloud.bucket, _teller(display, "uploading"))
    return str(call_api(cloud.api_url, "POST", "/find-job", upload.request(cloud.bucket))["jobId"])


def _set_going(cloud: Cloud, job: ShownJob, display: Display) -> None:
    """Ask for another try of what failed before."""
    if job.end and job.end.kind is EndKind.FAILED:
        display.say(f"trying again from {job.end.stage}: {job.end.reason}")
        ask_replay(cloud, job, job.end.stage)
    elif job.end and job.end.kind is EndKind.CANCELLED:
        ask_replay(cloud, job, job.first_unfinished)


def with_title(options: RunOptions) -> RunOptions:
    """The folder's or the zip's name, where no title was given; a long title is cut."""
    photos = options.photos.resolve()
    name = display_name(Path(photos.name if photos.is_dir() else photos.stem)) or "photos"
    title = " ".join((options.wishes.title or name).split())[:TITLE_CHARACTERS]
    return replace(options, wishes=replace(options.wishes, title=title))
