"""Is a photo that was not placed one that nothing could place? What the photos of a flight share.

    python -m bench.captures.overlap GEO.json [--photos N] [--across SHARE --along SHARE]

From a finished job's geo.json: of the ground that each of the first N photos shows, how much the
next one shows, the next but one, and any two others. With the two shares, only an ellipse of that
much of the width and height counts, as where the rest is masked. A mapper places a photo by points
that two others show already: where no ground is seen three times, nothing hangs together.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP_M, AROUND_M = 0.5, 100.0


def shown(
    photo: dict[str, Any], ground: NDArray[np.float64], ellipse: tuple[float, float] | None
) -> NDArray[np.bool_]:
    """[K]: whether each place on the ground is in the photo."""
    lens = photo["camera"]
    rays = (ground - np.array(photo["position_m"])) @ np.array(photo["camera_to_world"])
    right = lens["focal_x_px"] * rays[:, 0] / rays[:, 2] / (lens["width_px"] / 2)
    down = lens["focal_y_px"] * rays[:, 1] / rays[:, 2] / (lens["height_px"] / 2)
    if ellipse is None:
        inside = np.maximum(abs(right), abs(down)) < 1
    else:
        inside = np.hypot(right / ellipse[0], down / ellipse[1]) < 1
    return np.asarray((rays[:, 2] > 0) & inside)


def shares(
    photos: Sequence[dict[str, Any]], ground_m: float, ellipse: tuple[float, float] | None
) -> dict[str, list[int]]:
    """Percent of each photo's ground."""
    centres = np.array([photo["position_m"][:2] for photo in photos])
    low, high = centres.min(axis=0) - AROUND_M, centres.max(axis=0) + AROUND_M
    flat = np.stack(
        np.meshgrid(*(np.arange(*ends, STEP_M) for ends in zip(low, high, strict=True))), axis=-1
    )
    flat = flat.reshape(-1, 2)
    ground = np.concatenate([flat, np.full((len(flat), 1), ground_m)], axis=1)
    seen = np.array([shown(photo, ground, ellipse) for photo in photos])

    def percent(first: int, others: NDArray[np.bool_]) -> int:
        return round(100 * float((seen[first] & others).sum() / max(seen[first].sum(), 1)))

    count, last = seen.sum(axis=0), len(photos)
    return {
        "next": [percent(i, seen[i + 1]) for i in range(last - 1)],
        "next but one": [percent(i, seen[i + 2]) for i in range(last - 2)],
        "two others": [percent(i, count >= 3) for i in range(last)],
    }


def main() -> None:
    """Print the shares, and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("geo", type=Path)
    parser.add_argument("--photos", type=int)
    parser.add_argument("--across", type=float)
    parser.add_argument("--along", type=float)
    parser.add_argument("--out", type=Path, default=Path("out/bench/captures_overlap.json"))
    options = parser.parse_args()
    geo = json.loads(options.geo.read_text())
    photos = sorted(geo["photos"], key=lambda photo: photo["name"])[: options.photos]
    ellipse = (options.across, options.along) if options.across and options.along else None
    found = shares(photos, geo["ground_z_m"], ellipse)
    for name, values in found.items():
        print(f"{name}: {values}", flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
