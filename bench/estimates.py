"""What the stages really take, beside what ingest's estimates say: the table's measured rows.

    python -m bench.estimates [--out out/bench/estimates.json] [PHOTOS:QUALITY ...]

Every PHOTOS folder goes through the whole pipeline on this machine in that quality. What is fitted
is CPU seconds, all children included, because wall-clock time depends on who else is there; the
factors that `estimates/table.py` should hold are the geometric means over the runs, and its spreads
must hold every run's ratio of measured to estimated.
"""

import argparse
import hashlib
import json
import math
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_ingest.estimates.arithmetic import Ask, cpu_s, spread_of
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import ProcessRunner, local_command

METER = Path(__file__).with_name("metered.py")
PROGRAMS = {f"spaceport_{stage}.job": stage for stage in Stage}
ENDS = ("SplatCompressed", "StageFailed", "CaptureRejected")
PATIENCE_S = 7200.0


@dataclass(frozen=True)
class Row:
    """One stage of one run."""

    photos: int
    megapixels: float
    quality: Quality
    stage: Stage
    measured_cpu_s: float
    estimated_cpu_s: float

    @property
    def ratio(self) -> float:
        """Measured over estimated."""
        return self.measured_cpu_s / self.estimated_cpu_s


def measure(folder: Path, quality: Quality, work: Path) -> list[Row]:
    """The stages' CPU seconds on the photos of a folder."""
    meter = work / "meter.jsonl"

    def translate(command: Sequence[str]) -> list[str]:
        first, *rest = local_command(command)
        return [first, str(METER), str(meter), first, *rest]

    ended = threading.Event()
    options = CloudOptions(state_dir=work / "state", runner=ProcessRunner(translate))
    cloud = LocalCloud(options)
    cloud.watch(lambda envelope: ended.set() if envelope["detail-type"] in ENDS else None)
    with cloud:
        _upload(folder, quality, cloud)
        if not ended.wait(PATIENCE_S):
            raise SystemExit(f"{folder} took more than {PATIENCE_S:.0f} s")
    return _rows(_ask(folder, quality), meter)


def _ask(folder: Path, quality: Quality) -> Ask:
    sizes = []
    for path in sorted(folder.iterdir()):
        with Image.open(path) as photo:
            sizes.append(photo.width * photo.height)
    return Ask(len(sizes), sum(sizes) // len(sizes), quality)


def _rows(ask: Ask, meter: Path) -> list[Row]:
    rows = []
    for line in meter.read_text().splitlines():
        used: dict[str, Any] = json.loads(line)
        stage = next(PROGRAMS[word] for word in used["command"] if word in PROGRAMS)
        expected_s = cpu_s(stage, ask)
        megapixels = round(ask.megapixels, 2)
        rows.append(
            Row(ask.photos, megapixels, ask.quality, stage, round(used["cpu_s"], 1), expected_s)
        )
    return rows


def _upload(folder: Path, quality: Quality, cloud: LocalCloud) -> None:
    s3, prefix, listed = cloud.client("s3"), "uploads/bench/", []
    for number, path in enumerate(sorted(folder.iterdir())):
        content, key = path.read_bytes(), f"{number:04d}{path.suffix.lower()}"
        s3.put_object(Bucket=cloud.bucket, Key=f"{prefix}photos/{key}", Body=content)
        digest = hashlib.sha256(content).hexdigest()
        listed.append(UploadedPhoto(name=path.name, key=key, bytes=len(content), sha256=digest))
    manifest = UploadManifest(title=folder.name, quality=quality, photos=tuple(listed))
    body = manifest.model_dump_json().encode()
    s3.put_object(Bucket=cloud.bucket, Key=f"{prefix}manifest.json", Body=body)


def report(rows: Sequence[Row]) -> dict[str, Any]:
    """Prints the runs and the fit; returns what `--out` keeps."""
    print("| photos | megapixels | quality | stage | CPU s | estimated | ratio |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.photos} | {row.megapixels} | {row.quality} | {row.stage} "
            f"| {row.measured_cpu_s:.1f} | {row.estimated_cpu_s:.1f} | {row.ratio:.2f} |"
        )
    factors = {}
    for stage in Stage:
        ratios = [row.ratio for row in rows if row.stage is stage]
        if ratios:
            factors[stage.value] = math.exp(sum(map(math.log, ratios)) / len(ratios))
            spread = spread_of(stage)
            inside = sum(spread.low <= ratio <= spread.high for ratio in ratios)
            print(
                f"{stage}: the table's figure times {factors[stage.value]:.2f} would fit best; "
                f"{inside} of {len(ratios)} runs lie within its spread"
            )
    return {"rows": [asdict(row) for row in rows], "factors": factors}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="PHOTOS:QUALITY")
    parser.add_argument("--out", type=Path, default=Path("out/bench/estimates.json"))
    arguments = parser.parse_args()
    rows: list[Row] = []
    for run in arguments.runs:
        folder, _, quality = run.rpartition(":")
        with tempfile.TemporaryDirectory() as work:
            rows += measure(Path(folder), Quality(quality), Path(work))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report(rows), indent=1))


if __name__ == "__main__":
    main()
