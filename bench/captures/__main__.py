"""What people have on their card: does the world come out level, true to scale, and with a word?

    python -m bench.captures [--cases MAKE_CASES.py --photos FOLDER --second FOLDER] [--only NAME..]

For every kind of the generated world, and for every case that MAKE_CASES, altered.py or spoilt.py
builds from real photos: ingest's inspection and the whole sfm job, in draft quality; zips by
`spaceport run`. Generated kinds are compared with the poses that were flown, cases with the same
photos untouched. The second folder is run whole, too. Prints the table and, with `--doc`, writes it
into docs/captures.md.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bench.captures.altered import ALTERED
from bench.captures.cases import Cases, add_arguments, code_of, read_known
from bench.captures.doc import write_doc
from bench.captures.run import Delivered, Refused, run_capture, run_zip
from bench.captures.spoilt import SPOILT, TWO_PLACES, two_places
from spaceport_scenery import generate_capture
from spaceport_scenery.kinds import KINDS
from spaceport_scenery.truth import compare_with_truth

UNTOUCHED = "untouched"
OURS = ALTERED | SPOILT
PHOTOS, WIDTH_PX, SEED = 14, 720, 7


@dataclass(frozen=True)
class Row:
    """One capture's line; None where nothing can be compared."""

    name: str
    registered: str
    tilt_deg: float | None = None
    scale: float | None = None
    heading_deg: float | None = None
    height_error_m: float | None = None
    gps_rms_m: float | None = None
    height_m: float | None = None
    frame: str = ""
    said: tuple[str, ...] = ()


def compare(name: str, delivered: Delivered, truth: Path | None) -> Row:
    """The line of a capture that was delivered."""
    result = delivered.result
    row = Row(
        name=name,
        registered=f"{result.photos_registered} of {result.photos_total}",
        gps_rms_m=result.gps_rms_m,
        height_m=result.camera_height_above_ground_m,
        frame=result.frame_note,
        said=result.warnings,
    )
    if truth is None:
        return row
    errors = compare_with_truth(truth, delivered.geo_file)
    metric = json.loads(delivered.geo_file.read_text())["unit"] == "m"
    return Row(
        **asdict(row)
        | {
            "tilt_deg": errors.tilt_deg,
            "scale": errors.scale_ratio if metric else None,
            "heading_deg": errors.heading_deg if metric else None,
            "height_error_m": errors.height_error_m if metric else None,
        }
    )


def as_truth(reference: Delivered, case: Delivered, target: Path) -> Path:
    """The untouched run in the form of a generated capture's truth, under the case's names.

    A photo of the case is the untouched one of the same name without its ending, else of the same
    second.
    """
    geo, found = (json.loads(run.geo_file.read_text()) for run in (reference, case))
    stems = {PurePosixPath(photo["original"]).stem: photo for photo in geo["photos"]}
    times = {reference.taken_at[photo["original"]]: photo for photo in geo["photos"]}
    photos = {}
    for name in (photo["original"] for photo in found["photos"]):
        same = stems.get(PurePosixPath(name).stem) or times.get(case.taken_at.get(name))
        if same:
            photos[name] = {
                "position_enu_m": same["position_m"],
                "camera_to_world": same["camera_to_world"],
            }
    target.write_text(json.dumps({"photos": photos, "ground_height_m": geo["ground_z_m"]}))
    return target


def generated(only: list[str], work: Path) -> Iterator[Row]:
    """Every kind of the generated world."""
    for kind in KINDS:
        if only and kind not in only:
            continue
        folder = generate_capture(
            work / "photos" / kind, photos=PHOTOS, width_px=WIDTH_PX, seed=SEED, kind=kind
        )
        yield attempt(kind, folder, work, always(folder / "truth.json"))


def real(options: argparse.Namespace, work: Path) -> Iterator[Row]:
    """Every case that is built from real photos, the untouched photos first."""
    cases = Cases(options.cases, options.photos, options.second)
    second = options.second
    names = [*cases.names, *OURS, *([TWO_PLACES] if second else [])]
    wanted = [name for name in names if not options.only or name in options.only]
    if second and (not options.only or second.name in options.only):
        yield attempt(f"{second.name}, whole", second, work, always(None))
    if not wanted:
        return
    reference = run_capture(options.photos, work / "untouched")
    if isinstance(reference, Refused):
        raise SystemExit(f"The untouched photos were refused: {reference.message}")
    yield compare(UNTOUCHED, reference, None)
    for name in wanted:
        target = cases.build(name, work) if name in cases.names else _ours(name, options, work)
        yield attempt(name, target, work, lambda case: as_truth(reference, case, work / "t.json"))


def _ours(name: str, options: argparse.Namespace, work: Path) -> Path:
    """A capture that is altered here, as a folder below `work`."""
    target: Path = work / "cases" / name
    target.mkdir(parents=True)
    if name == TWO_PLACES:
        two_places(options.photos, options.second, target)
    else:
        OURS[name](options.photos, target)
    return target


def always(truth: Path | None) -> Callable[[Delivered], Path | None]:
    """A truth that does not depend on what was delivered."""
    return lambda _: truth


def attempt(
    name: str, photos: Path, work: Path, truth_of: Callable[[Delivered], Path | None]
) -> Row:
    """One capture, run and compared."""
    run = run_zip if photos.is_file() else run_capture
    ended = run(photos, work / "jobs" / name)
    if isinstance(ended, Refused):
        return Row(name, f"refused by {ended.stage}", said=(ended.message, ended.remedy))
    try:
        return compare(name, ended, truth_of(ended))
    except ValueError:  # fewer than three photos in common
        return compare(name, ended, None)
    finally:
        shutil.rmtree(work / "jobs" / name)


def show(row: Row) -> None:
    """The line as text."""
    figures = [
        f"{title} {value:.{digits}f}"
        for title, value, digits in (
            ("tilt", row.tilt_deg, 2),
            ("scale", row.scale, 3),
            ("heading", row.heading_deg, 1),
            ("height error", row.height_error_m, 2),
            ("GPS", row.gps_rms_m, 2),
            ("AGL", row.height_m, 1),
        )
        if value is not None
    ]
    print(f"{row.name:24} {row.registered:20} {', '.join(figures)}", flush=True)
    for text in (row.frame, *row.said):
        print(f"    {text}", flush=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--out", type=Path, default=Path("out/bench/captures.json"))
    parser.add_argument("--doc", type=Path)
    options = parser.parse_args()
    known, code = read_known(options.out), code_of()
    with tempfile.TemporaryDirectory(prefix="spaceport-captures-") as folder:
        rows = [generated(options.only, Path(folder))]
        if options.cases:
            rows.append(real(options, Path(folder)))
        for row in (row for some in rows for row in some):
            show(row)
            known[row.name] = asdict(row) | {"code": code}
            options.out.write_text(json.dumps(known, indent=1))
    if options.doc:
        said, whole = (_beside(options.out, name) for name in ("captures_said", "captures_whole"))
        write_doc(options.doc, known, list(KINDS), said.get("kinds", {}), whole)


def _beside(out: Path, bench: str) -> dict[str, Any]:
    """What another bench wrote; nothing where it was not run."""
    found = out.with_name(f"{bench}.json")
    return json.loads(found.read_text()) if found.is_file() else {}


if __name__ == "__main__":
    main()
