"""`spaceport upload`: photos to a running `spaceport up`, and the job that they become."""

from pathlib import Path

from rich.console import Console

from spaceport_cli.cloud.access import require_running
from spaceport_cli.photos.upload import Wishes
from spaceport_cli.run.begin import begin, check_photos, prepare
from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.show.display import make_display
from spaceport_cli.show.voice import say


def upload(photos: Path, wishes: Wishes, state_dir: Path, console: Console) -> int:
    """Upload what is not there yet, and say where the job can be watched.

    Sending the same photos again sends nothing twice: it is the same job.
    """
    running = require_running(state_dir)
    found = check_photos(photos, wishes, None)
    prepared = prepare(photos, found, wishes, console)
    with make_display(console) as display:
        job_id = begin(running, prepared, display)
    say(console, f"Job {job_id}: {running.api_url.rstrip('/')}/jobs/{job_id}")
    return EXIT_DONE
