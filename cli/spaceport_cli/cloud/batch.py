"""`spaceport batch`: many captures at once, each a job of its own, one status and one mail."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import RunningCloud, call_api, require_running
from spaceport_cli.photos.find import is_junk
from spaceport_cli.photos.upload import Upload, UploadFile, Wishes, send
from spaceport_cli.run.begin import check_photos, prepare, title_of
from spaceport_cli.run.checks import check_email, check_exists
from spaceport_cli.run.follow import EXIT_DONE, EXIT_FAILED
from spaceport_cli.show.sentences import count_of, one_sentence
from spaceport_cli.show.voice import complain, say
from spaceport_contracts.uploads import UPLOADS_PREFIX
from spaceport_runtime.errors import UserError

CAPTURES_PREFIX = "captures/"  # there an upload waits until it is asked for
MOST_CAPTURES = 100


def batch(folder: Path, wishes: Wishes, state_dir: Path, console: Console) -> int:
    """Upload every sub-folder and zip of `folder`, then start all of them together.

    A capture that cannot work is named and left out. Sending the same again is the same batch.
    """
    check_email(wishes.email)
    if wishes.email is None:
        raise UserError("A batch ends in one e-mail.", "Say to whom with --email ADDRESS.")
    captures = find_captures(folder)
    running = require_running(state_dir)
    sent = [
        {"s3Url": f"s3://{running.bucket}/{key}", "title": title}
        for key, title in _uploaded(captures, wishes, running, console)
    ]
    if not sent:
        raise UserError(f"Nothing in '{folder}' can be used.", "Mend what is said of each.")
    body = {
        "email": wishes.email,
        "title": wishes.title,
        "quality": wishes.quality.value,
        "captures": sent,
    }
    answer = call_api(running, "POST", "/batches", body)
    for refused in answer["refused"]:
        complain(one_sentence(refused["message"], refused["remedy"]))
    for job in answer["jobs"]:
        say(console, f"{job['title']}: job {job['jobId']}")
    url = f"{running.api_url.rstrip('/')}/batches/{answer['batchId']}"
    jobs = count_of(len(answer["jobs"]), "job")
    say(console, f"{jobs} started; how all of them stand: {url}")
    return EXIT_DONE if len(answer["jobs"]) == len(captures) else EXIT_FAILED


def find_captures(folder: Path) -> list[Path]:
    """The folders and zips directly in `folder`, by name; raises UserError for none or too many."""
    check_exists(folder)
    if not folder.is_dir():
        raise UserError(f"'{folder}' is no folder.", "Name a folder that holds folders or zips.")
    found = [
        path
        for path in sorted(folder.iterdir())
        if not is_junk(path.name) and (path.is_dir() or path.suffix.lower() == ".zip")
    ]
    if not found:
        raise UserError(
            f"'{folder}' holds neither folders nor zips.",
            "Put each capture into a folder or a zip of its own; one alone goes with 'upload'.",
        )
    if len(found) > MOST_CAPTURES:
        told = f"'{folder}' holds {len(found)} captures, and a batch takes {MOST_CAPTURES}."
        raise UserError(told, "Hand them in as several batches.")
    return found


def _uploaded(
    captures: list[Path], wishes: Wishes, running: RunningCloud, console: Console
) -> Iterator[tuple[str, str]]:
    """Key and title of each capture that is there now; the others are complained about."""
    for path in captures:
        wanted = replace(wishes, title=title_of(path, ""))
        try:
            upload = waiting(prepare(path, check_photos(path, wanted, None), wanted, console))
        except UserError as error:
            complain(f"{path.name}: {one_sentence(error.message, error.remedy)}")
            continue
        send(upload, running.client("s3"), running.bucket, lambda _number, _total: None)
        say(console, f"{path.name}: uploaded")
        yield upload.trigger.key, wanted.title


def waiting(upload: Upload) -> Upload:
    """The same upload where its trigger starts nothing by itself."""
    return replace(upload, files=tuple(map(_moved, upload.files)), trigger=_moved(upload.trigger))


def _moved(file: UploadFile) -> UploadFile:
    return replace(file, key=CAPTURES_PREFIX + file.key.removeprefix(UPLOADS_PREFIX))
