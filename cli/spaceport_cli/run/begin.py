"""Photos become an upload, and the upload a job: for `run` and for `upload` alike."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import Cloud, call_api
from spaceport_cli.photos.find import FoundPhotos, display_name
from spaceport_cli.photos.upload import Upload, Wishes, folder_upload, send, zip_upload
from spaceport_cli.run.checks import check_email, check_exists, check_folder, check_zip
from spaceport_cli.show.display import Display
from spaceport_cli.show.sentences import count_of
from spaceport_cli.show.stages import INGEST, ShownJob, StageState, StageView
from spaceport_cli.show.voice import say

NAMED_AT_MOST = 3
TITLE_CHARACTERS = 200


def check_photos(photos: Path, wishes: Wishes, out: Path | None) -> FoundPhotos | None:
    """What can be known to be wrong before any work; None for a zip. Raises UserError."""
    check_email(wishes.email)
    check_exists(photos)
    if photos.is_dir():
        return check_folder(photos, out)
    check_zip(photos)
    return None


def prepare(photos: Path, found: FoundPhotos | None, wishes: Wishes, console: Console) -> Upload:
    """What is to be uploaded; says which files are no photos."""
    if found is None:
        return zip_upload(photos, wishes)
    say_left_out(found.left_out, console)
    return folder_upload(found, wishes)


def say_left_out(names: Sequence[str], console: Console) -> None:
    """Which files are no photos."""
    if not names:
        return
    named = ", ".join(names[:NAMED_AT_MOST])
    more = ", ..." if len(names) > NAMED_AT_MOST else ""
    others = count_of(len(names), "file")
    say(console, f"{others} left out, no photos by their names: {named}{more}")


def begin(cloud: Cloud, upload: Upload, display: Display) -> str:
    """Upload what is not there yet; returns the id of the job that it is."""
    send(upload, cloud.client("s3"), cloud.bucket, teller(display, "uploading"))
    return str(call_api(cloud, "POST", "/find-job", upload.request(cloud.bucket))["jobId"])


def title_of(photos: Path, wished: str) -> str:
    """The folder's or the zip's name, where no title was given; a long title is cut."""
    photos = photos.resolve()
    name = display_name(Path(photos.name if photos.is_dir() else photos.stem)) or "photos"
    return " ".join((wished or name).split())[:TITLE_CHARACTERS]


def teller(display: Display, step: str) -> Callable[[int, int], None]:
    """Show how many files are through, as a step of ingest."""
    blank = ShownJob("").stages

    def tell(number: int, total: int) -> None:
        view = StageView(INGEST, StageState.RUNNING, step, number, total)
        display.show({**blank, INGEST: view}, INGEST)

    return tell
