"""`spaceport upload`: photos to a running `spaceport up`, and the job that they become."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import require_running
from spaceport_cli.photos.find import FoundPhotos
from spaceport_cli.photos.send import SentFile, complete, send_files
from spaceport_cli.photos.upload import Wishes, hash_file
from spaceport_cli.run.begin import check_photos, say_left_out, teller
from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.show.display import make_display
from spaceport_cli.show.voice import say
from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.inspect.photos.magic import HEAD_BYTES, media_type

OTHER_IMAGE = FileKind.OTHER_IMAGE


def upload(photos: Path, wishes: Wishes, state_dir: Path, console: Console) -> int:
    """Upload what is not there yet, and say where the job can be watched.

    Sending the same photos again sends nothing twice: it is the same job.
    """
    running = require_running(state_dir)
    found = check_photos(photos, wishes, None)
    files = files_of(photos, found, console)
    with make_display(console) as display:
        told = teller(display, "uploading")
        upload_id = send_files(files, wishes.title, key_of(files, wishes), running, told)
    job_id = complete(running, upload_id, wishes)
    say(console, f"Job {job_id}: {running.api_url.rstrip('/')}/jobs/{job_id}")
    return EXIT_DONE


def files_of(photos: Path, found: FoundPhotos | None, console: Console) -> list[SentFile]:
    """The zip, or the folder's photos with their hashes; says what is left out."""
    if found is None:
        sha256, _ = hash_file(photos)
        return [SentFile(photos.name, photos, photos.stat().st_size, sha256)]
    others = [photo.name for photo in found.photos if file_kind(photo.name) is OTHER_IMAGE]
    say_left_out((*found.left_out, *others), console)
    return [
        SentFile(
            photo.name,
            photo.path,
            photo.path.stat().st_size,
            hash_file(photo.path)[0],
            _type_of(photo.name, photo.path),
        )
        for photo in found.photos
        if file_kind(photo.name) is not OTHER_IMAGE
    ]


def key_of(files: Sequence[SentFile], wishes: Wishes) -> str:
    """The same photos with the same wishes are the same upload, and so the same job."""
    lines = [wishes.title, wishes.email or "", wishes.quality.value]
    lines += [wishes.plan.read_text(encoding="utf-8")] if wishes.plan else []
    lines += [f"{file.sha256} {file.name}" for file in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _type_of(name: str, path: Path) -> str:
    """Only where the name does not tell: by the first bytes."""
    if file_kind(name) is not FileKind.OTHER:
        return ""
    with path.open("rb") as stream:
        return media_type(stream.read(HEAD_BYTES))
