"""Every capture through the whole command, from photos to report and splat.

    python -m bench.captures.whole --cases MAKE_CASES.py --photos FOLDER [--second FOLDER]
        [--only NAME..] [--keep FOLDER]

`spaceport run --quality draft` on every case that MAKE_CASES lists and on all of the second folder,
one after another: delivered or refused and with which sentence, photos registered, PSNR of the
photos kept out, and CPU seconds, those of the jobs included. `bench.captures --doc` writes the rows
into docs/captures.md.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.captures.cases import Cases, add_arguments, code_of, read_known
from bench.captures.run import QUALITY, TRUTH
from spaceport_scenery import generate_capture
from spaceport_scenery.kinds import KINDS

DONE, REFUSED = 0, (1, 2)
PHOTOS, WIDTH_PX, SEED = 14, 720, 7


@dataclass(frozen=True)
class WholeRow:
    """What the command made of one capture."""

    name: str
    ended: str
    """"delivered", or the sentence with which it was refused."""
    cpu_s: float
    registered: str = "-"
    psnr_db: float | None = None
    ssim: float | None = None
    sog_bytes: int | None = None
    height_m: float | None = None


def run_whole(name: str, photos: Path, out: Path) -> WholeRow:
    """`spaceport run` on a folder or a zip.

    Raises:
        subprocess.CalledProcessError: it broke.
    """
    command = [sys.executable, "-m", "spaceport_cli", "run", str(photos), "--out", str(out)]
    with tempfile.TemporaryFile("w+") as written:
        child = subprocess.Popen([*command, "--quality", QUALITY], stdout=written, stderr=written)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        written.seek(0)
        text = written.read()
    cpu_s = used.ru_utime + used.ru_stime
    if child.returncode in REFUSED:
        return WholeRow(name, text.strip().splitlines()[-1], cpu_s)
    if child.returncode != DONE:
        raise subprocess.CalledProcessError(child.returncode, command, text)
    report = json.loads((out / "report.json").read_text())
    train, counted = report["train"], report["photos"]
    return WholeRow(
        name=name,
        ended="delivered",
        cpu_s=cpu_s,
        registered=f"{counted['registered']} of {counted['total']}",
        psnr_db=train["heldout_psnr_db"],
        ssim=train["heldout_ssim"],
        sog_bytes=report["compress"]["bytes"],
        height_m=report["sfm"]["camera_height_above_ground_m"],
    )


def main() -> None:
    """Run what was asked for; rows that are known already are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--keep", type=Path, help="where results are left; else they are deleted")
    parser.add_argument("--out", type=Path, default=Path("out/bench/captures_whole.json"))
    options = parser.parse_args()
    known, code = read_known(options.out), code_of()
    with tempfile.TemporaryDirectory(prefix="spaceport-captures-") as folder:
        work = Path(folder)
        cases = Cases(options.cases, options.photos, options.second) if options.cases else None
        names = cases.names if cases else []
        second = {options.second.name: options.second} if options.second else {}
        known_names = [*names, *second, *KINDS]
        todo = [name for name in known_names if not options.only or name in options.only]
        for name in todo:
            if name in second:
                photos = shutil.copytree(second[name], work / "photos" / name)
            else:
                photos = cases.build(name, work) if cases and name in names else _made(name, work)
            out = (options.keep or work / "results") / name.replace(" ", "_")
            row = run_whole(name, photos, out)
            print(asdict(row), flush=True)
            known[name] = asdict(row) | {"code": code}
            options.out.write_text(json.dumps(known, indent=1))
            _forget(photos, *([] if options.keep else [out]))


def _made(kind: str, work: Path) -> Path:
    folder = work / "photos" / kind
    generate_capture(folder, photos=PHOTOS, width_px=WIDTH_PX, seed=SEED, kind=kind)
    (folder / TRUTH).unlink()
    return folder


def _forget(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
