"""plan.html: one page that explains the plan and can be printed. Self-contained."""

import base64
import html
from collections.abc import Iterator

from spaceport_dronepath.contract.request import Pattern
from spaceport_dronepath.page.drawing import COLOURS, map_svg, profile_svg
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.forecast import Forecast
from spaceport_dronepath.prediction.picture import CLASSES

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1b2430;max-width:62rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .2rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid #dde3ea}
th:first-child,td:first-child{text-align:left}th{font-weight:600;color:#4a5868}
svg{width:100%;height:auto;display:block;background:#f7f9fb;border:1px solid #dde3ea}
.key span{display:inline-block;margin-right:1rem}.key i{display:inline-block;width:.8em;height:.8em;
margin-right:.35em;vertical-align:-.05em}li{margin:.15rem 0}.sub{color:#4a5868;margin:0 0 1rem}
@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}
svg,table{break-inside:avoid}}
"""


def plan_page(plan: Plan, expected: Forecast, picture: bytes) -> bytes:
    """The page; `picture` is the coverage map as PNG."""
    title = html.escape(plan.request.title)
    data = base64.b64encode(picture).decode()
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style>",
        f"<h1>{title}</h1><p class=sub>{html.escape(_summary(plan, expected))}</p>",
        map_svg(plan, expected.map, data),
        f"<p class=key>{_key()}</p>",
        f"<h2>Sorties</h2>{_table(plan)}",
        f"<h2>Heights</h2>{profile_svg(plan)}",
        f"<h2>What to expect</h2>{_expected(expected, plan.request.pattern)}",
        f"<h2>Beware</h2><ul>{''.join(f'<li>{html.escape(w)}' for w in expected.warnings)}</ul>",
        "</html>",
    ]
    return "\n".join(parts).encode()


def _summary(plan: Plan, expected: Forecast) -> str:
    drone = plan.wishes.drone.name if plan.wishes.drone else "A camera in numbers"
    lon, lat = plan.frame.to_lon_lat(plan.sky.home)[0]
    low = round(min(sortie.min_clearance_m for sortie in plan.sorties))
    high = round(max(sortie.max_agl_m for sortie in plan.sorties))
    heights = f"{high}" if low == high else f"{low} to {high}"
    return (
        f"{drone}, pattern {plan.request.pattern.value}, {heights} m above ground: "
        f"{_count(expected.photos, 'photo')} in {_count(len(plan.sorties), 'sortie')}, "
        f"{expected.minutes:.0f} minutes. Take-off at {lat:.6f}, {lon:.6f}."
    )


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"


def _key() -> str:
    seen = "".join(
        f"<span><i style='background:rgb{colour}'></i>{words}</span>"
        for _, _, colour, words in CLASSES
    )
    return seen + "<span><i style='background:#c81e2d;opacity:.35'></i>no-fly zone</span>"


def _table(plan: Plan) -> str:
    head = "".join(
        f"<th>{word}"
        for word in (
            "Sortie", "photos", "km", "minutes", "used with return", "battery",
            "least height", "greatest height", "height of return",
        )
    )  # fmt: skip
    return f"<table><tr>{head}</tr>{''.join(_rows(plan))}</table>"


def _rows(plan: Plan) -> Iterator[str]:
    for n, sortie in enumerate(plan.sorties):
        colour = COLOURS[n % len(COLOURS)]
        cells = (
            f"<b style='color:{colour}'>&#9632;</b> {n + 1}",
            f"{len(sortie.photos)}",
            f"{sortie.distance_m / 1000:.2f}",
            f"{sortie.time_s / 60:.1f}",
            f"{sortie.most_used_s / 60:.1f} min",
            f"{plan.wishes.budget_s / 60:.1f} min",
            f"{sortie.min_clearance_m:.0f} m",
            f"{sortie.max_agl_m:.0f} m",
            f"{max(sortie.return_z_m, 20):.0f} m",
        )
        yield "<tr>" + "".join(f"<td>{cell}" for cell in cells) + "</tr>"


def _expected(expected: Forecast, pattern: Pattern) -> str:
    gsd = f"{expected.gsd_min_cm:.2f} to {expected.gsd_max_cm:.2f} cm"
    rows = [
        ("Ground sampling distance", f"{gsd}, mostly {expected.gsd_p50_cm:.2f}"),
        ("Storage", f"{expected.storage_gb:.2f} GB"),
    ]
    if pattern is not Pattern.FACADE:
        each = f"{expected.views_p50:.0f} in the middle, {expected.views_p1:.0f} at the worst 1 %"
        rows.append(("Area seen", f"{expected.coverage_pct:.2f} %"))
        rows.append(("Photos of each place", each))
    if expected.wall_views_mean is not None:
        walls = (
            f"{expected.wall_views_mean:.0f} on average, {expected.wall_views_p5:.0f} at the worst "
            "5 %"
        )
        rows.append(("Useful views of the walls", walls))
    return "<table>" + "".join(f"<tr><td>{a}<td>{b}</tr>" for a, b in rows) + "</table>"
