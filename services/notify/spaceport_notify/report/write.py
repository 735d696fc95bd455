"""The report's two files: `report.json` for programs, `report.html` for people."""

import base64
from dataclasses import dataclass
from pathlib import PurePosixPath

from spaceport_contracts.places import part_of_job
from spaceport_contracts.results import HeldOutPhoto
from spaceport_notify.letters.places import Places
from spaceport_notify.pages import render
from spaceport_notify.ports import Kit
from spaceport_notify.report.collect import Collected
from spaceport_notify.report.figures import figure_groups, headline
from spaceport_notify.report.words import megabytes
from spaceport_runtime.ports import Store

IMAGE_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}
PAIRS_SHOWN = 4
REPORT_JSON = "report.json"
REPORT_HTML = "report.html"


@dataclass(frozen=True)
class Pair:
    """A held-out photo beside the same view of the splat, as data URIs."""

    photo: HeldOutPhoto
    photo_uri: str
    render_uri: str


@dataclass(frozen=True)
class Download:
    """A line of the list of files."""

    name: str
    purpose: str
    size: str
    url: str


PURPOSES = {
    "scene.sog": "The 3D scene for the web; opens in SOG viewers such as SuperSplat",
    "scene.ply": "The full-precision Gaussians, for editing and archiving",
    "flythrough.webp": "The flight at the top of this page",
    "preview.png": "A still picture of the scene",
}


def write_report(collected: Collected, kit: Kit) -> str:
    """Write both files and return the S3 prefix that they lie under; the page goes last."""
    job_id = collected.report.job_id
    prefix = f"{reports_of(job_id, kit.bucket)}{collected.attempt:02d}/"
    as_json = collected.report.model_dump_json(indent=2).encode()
    kit.store.write(prefix + REPORT_JSON, as_json, "application/json")
    page = report_page(collected, kit).encode()
    kit.store.write(prefix + REPORT_HTML, page, "text/html; charset=utf-8")
    return prefix


def reports_of(job_id: str, bucket: str) -> str:
    """The S3 prefix of all reports of a job."""
    return part_of_job("report", job_id, bucket)


def report_page(collected: Collected, kit: Kit) -> str:
    """One HTML file that needs nothing else."""
    report = collected.report
    return render(
        "report.html.j2",
        report=report,
        delivered_at=collected.delivered_at,
        headline=headline(report),
        groups=figure_groups(report),
        flythrough=_image("flythrough.webp", collected, kit.store),
        preview=_image("preview.png", collected, kit.store),
        pairs=_pairs(collected, kit.store),
        downloads=_downloads(collected, kit),
    )


def _image(path: str, collected: Collected, store: Store) -> str | None:
    """A data URI; None when the stage left no such picture."""
    if path not in collected.files:
        return None
    _, uri = collected.files[path]
    mime = IMAGE_TYPES[PurePosixPath(path).suffix.lower()]
    return f"data:{mime};base64,{base64.b64encode(store.read(uri)).decode()}"


def _pairs(collected: Collected, store: Store) -> list[Pair]:
    train = collected.report.train
    if train is None:
        return []
    pairs = []
    for photo in spread(train.heldout_photos, PAIRS_SHOWN):
        photo_uri = _image(photo.photo_path, collected, store)
        render_uri = _image(photo.render_path, collected, store)
        if photo_uri and render_uri:
            pairs.append(Pair(photo, photo_uri, render_uri))
    return pairs


def spread(photos: tuple[HeldOutPhoto, ...], wanted: int) -> list[HeldOutPhoto]:
    """From the best to the worst in even steps, both included: a fair picture of the quality."""
    ranked = sorted(photos, key=lambda photo: (-photo.psnr_db, photo.name))
    if len(ranked) <= wanted:
        return ranked
    last = len(ranked) - 1
    return [ranked[round(step * last / (wanted - 1))] for step in range(wanted)]


def _downloads(collected: Collected, kit: Kit) -> list[Download]:
    """Beside the page in a folder; else on the job's page, where people sign in: a link from a
    saved page brings no token, and one that needs none would not last."""
    page = None if kit.folder_url else Places(kit.public_url).page_of(collected.report.job_id)
    downloads = [
        Download(name, purpose, megabytes(collected.files[name][0].bytes), page or name)
        for name, purpose in PURPOSES.items()
        if name in collected.files
    ]
    purpose = "The figures of this page, for programs"
    return [*downloads, Download(REPORT_JSON, purpose, "", page or REPORT_JSON)]
