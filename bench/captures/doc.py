"""docs/captures.md from the figures of bench/captures/__main__.py."""

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
LIMITS = """
## What the photos do not give
- **mpo, names, deflate64_zip, mac_zip, sd_card_dump**: 38.2 to 38.7 m and not 39.0 is no matter of
  the format: the first ten JPEGs as they are give 38.3 m, the first twelve 38.7. The ground is not
  level: in the model of all 18 photos the first ten cameras stand 38.5 m above what lies below
  them, the first twelve 38.3. Their scale is within what is said of it (1.4 %).
- **masked_png**: the same eight photos unmasked are all placed. With the mask, the first photos
  share 3, 8, 15 and 34 % of their ground with two others (25 to 88 % without), and the next but one
  3 to 5 % (`bench/captures/overlap.py`): a third photo finds hardly a point that two have placed.
  sfm names the photos and asks for more overlap; the whole command then ends with 74 points, too
  few for a splat, and says so.
- **two_cameras**: two lenses of one size, and not a word about either in the files, are taken for
  one. The scene comes out, up is said to be known within 23 degrees only. Photos as the camera
  wrote them keep the two apart (lens_swap).
- **rounded_3_decimals, rounded_4_decimals**: steps of 111 and 11 m over a place of 60 m tell no
  scale, or one within a tenth or so.
- **two_places**: the group that most photos belong to is the scene; the other place is a capture of
  its own.
- Sides that look alike are noticed by the GPS only; without it nothing tells.
"""
SAID_TITLES = (
    "| kind | captures | figures beyond what was said | worst, of what was said | silently off by "
    "2 degrees or 2 % | distances doubted | tilt said, degrees (10, 50, 90 %) |\n"
    "|---|---|---|---|---|---|---|\n"
)
WHOLE_TITLES = (
    "| capture | ended | registered | PSNR, dB | SSIM | CPU, s |\n|---|---|---|---|---|---|\n"
)
TITLES = (
    "| capture | registered | tilt, degrees | scale | heading, degrees | GPS residual, m | "
    "cameras above ground, m | what was said |\n|---|---|---|---|---|---|---|---|\n"
)


def write_doc(
    path: Path,
    rows: Mapping[str, Any],
    kinds: Sequence[str],
    said: Mapping[str, Any],
    whole: Mapping[str, Any],
) -> None:
    """What is generated, what is made of real photos, and what the two other benches found."""
    made = [rows[name] for name in kinds if name in rows]
    real = [row for name, row in rows.items() if name not in kinds]
    text = HEAD + _codes([*made, *real]) + "\n## Generated\n" + TITLES + "".join(map(line, made))
    if real:
        text += "\n## From real photos\n" + TITLES + "".join(map(line, real)) + LIMITS
    text += _said(said) + _whole(whole)
    notes = [row for row in (*made, *real) if row["frame"]]
    text += "\n## Where the frame comes from\n"
    text += "".join(f"- **{row['name']}**: {row['frame']}\n" for row in notes)
    path.write_text(text, encoding="utf-8")


def _codes(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which rows were made by the same code, most of them first."""
    by_code: dict[str, list[str]] = {}
    for row in rows:
        by_code.setdefault(row.get("code", "unknown"), []).append(row["name"])
    (most, _), *others = sorted(by_code.items(), key=lambda item: -len(item[1]))
    share = "Most" if others else "All"
    text = f"{share} rows are of one code (git's trees of sfm and of the inspection: {most})"
    text += "".join(f"; of {code}: {', '.join(names)}" for code, names in others)
    return f"{text}.\n"


def _said(table: Mapping[str, Any]) -> str:
    """Of bench/captures/said.py."""
    if not table:
        return ""
    head = "\n## Does what is said cover the truth?\n`python -m bench.captures.said`\n\n"
    return (
        head
        + SAID_TITLES
        + "".join(
            f"| {kind} | {row['captures']} | {row['beyond_said']} of {row['figures']} | "
            f"{row['worst_over_said']} | {row['silently_wrong']} | {row['scale_doubted']} | "
            f"{', '.join(map(str, row['tilt_said_deg']))} |\n"
            for kind, row in table.items()
        )
    )


def _whole(rows: Mapping[str, Any]) -> str:
    """Of bench/captures/whole.py."""
    if not rows:
        return ""
    head = (
        "\n## The whole command\n`python -m bench.captures.whole`, quality draft, "
        "on two cores that others used as well; what is missing here went through inspection "
        "and sfm only. " + _codes(list(rows.values())) + "\n"
    )
    return (
        head
        + WHOLE_TITLES
        + "".join(
            f"| {row['name']} | {row['ended']} | {row['registered']} | "
            f"{_figure(row['psnr_db'], 2)} | {_figure(row['ssim'], 3)} | {row['cpu_s']:.0f} |\n"
            for row in rows.values()
        )
    )


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
