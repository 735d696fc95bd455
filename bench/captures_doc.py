"""docs/captures.md from the figures of bench/captures.py."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HEAD = """# Captures that people have

`python -m bench.captures --doc docs/captures.md` printed this: every capture through ingest's
inspection and the sfm job, in draft quality, zips through `spaceport run`. Tilt, scale and heading
of a generated capture are against the poses that were flown; those of a real one against the same
photos untouched. A dash: the model has no scale or heading, which is then said, or nothing can be
compared.

"""
TITLES = (
    "| capture | registered | tilt, degrees | scale | heading, degrees | GPS residual, m | "
    "cameras above ground, m | what was said |\n|---|---|---|---|---|---|---|---|\n"
)


def write_doc(path: Path, rows: Mapping[str, Any], kinds: Sequence[str]) -> None:
    """Two tables: what is generated, and what is made of real photos."""
    made = [rows[name] for name in kinds if name in rows]
    real = [row for name, row in rows.items() if name not in kinds]
    text = HEAD + "## Generated\n" + TITLES + "".join(map(line, made))
    if real:
        text += "\n## From real photos\n" + TITLES + "".join(map(line, real))
    notes = [row for row in (*made, *real) if row["frame"]]
    text += "\n## Where the frame comes from\n"
    text += "".join(f"- **{row['name']}**: {row['frame']}\n" for row in notes)
    path.write_text(text, encoding="utf-8")


def line(row: Mapping[str, Any]) -> str:
    """One row of a table."""
    cells = [
        row["name"],
        row["registered"],
        _figure(row["tilt_deg"], 2),
        _figure(row["scale"], 3),
        _figure(row["heading_deg"], 1),
        _figure(row["gps_rms_m"], 2),
        _figure(row["height_m"], 1),
        " ".join(row["said"]).replace("|", "/") or "nothing",
    ]
    return f"| {' | '.join(cells)} |\n"


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
