"""`spaceport plan AREA --out DIR`: the flight files, the picture, the pilot's page."""

import argparse
from pathlib import Path

from rich.console import Console

from spaceport_cli.flights.ask import request_of
from spaceport_cli.show.sentences import count_of
from spaceport_dronepath.contract.answer import PlanAnswer
from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import Pattern, PlanRequest
from spaceport_dronepath.files import Delivery, deliver
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.plan import Plan, plan_flight
from spaceport_dronepath.terrain.dem import read_dem
from spaceport_dronepath.terrain.ground import Bounds, Raster
from spaceport_runtime.errors import UserError


def plan(typed: argparse.Namespace, console: Console) -> int:
    """Plan, write, and say what will be flown."""
    request = request_of(typed)
    planned = planned_here(request)
    delivery = deliver(planned, typed.out.name or "plan")
    write(delivery, typed.out)
    for line in summary(delivery.answer):
        console.print(line, soft_wrap=True)
    console.print(f"Look at {typed.out / 'plan.html'}; the pilot reads {typed.out / 'PILOT.md'}.")
    return 0


def planned_here(request: PlanRequest) -> Plan:
    """The plan, with elevation models from this machine's files.

    Raises UserError, with the field's name in front.
    """
    try:
        return plan_flight(request, read_local_dem)
    except FieldProblem as problem:
        raise UserError(f"{problem.field}: {problem.message}", problem.remedy) from problem


def read_local_dem(url: str, frame: LocalFrame, bounds: Bounds, field: str) -> Raster:
    """The window of a GeoTIFF on this machine."""
    path = Path(url)
    if not path.is_file():
        raise FieldProblem(field, f"There is no {path}.", "Give --dem a GeoTIFF file.")
    return read_dem(path, frame, bounds, field)


def write(delivery: Delivery, folder: Path) -> None:
    """Every file into the folder, after all of them are ready."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in delivery.files:
        (folder / file.name).write_bytes(file.content)


def summary(answer: PlanAnswer) -> list[str]:
    """What will be flown, in a few lines."""
    totals, seen = answer.totals, answer.predicted
    highest_m = max(sortie.max_agl_m for sortie in answer.sorties)
    lines = [
        f"{count_of(totals.photos, 'photo')} in {count_of(totals.sorties, 'sortie')}, "
        f"{totals.time_s / 60:.0f} minutes, up to {highest_m:.0f} m above ground, "
        f"{seen.gsd_cm.p50:.2f} cm per pixel.",
    ]
    if answer.pattern != Pattern.FACADE:  # which photographs walls, no ground
        lines.append(
            f"{seen.coverage_pct:.1f} % of the area seen, each place in {seen.views.p50:.0f} "
            f"photos ({seen.views.p1:.0f} at the worst 1 %)."
        )
    if seen.wall_views is not None:
        lines.append(
            f"Walls: {seen.wall_views.mean:.0f} useful views, {seen.wall_views.p5:.0f} at the "
            "worst 5 %."
        )
    for sortie in answer.sorties:
        lines.append(
            f"  sortie {sortie.number}: {sortie.photos} photos, {sortie.time_s / 60:.1f} min "
            f"({sortie.most_used_s / 60:.1f} of {sortie.battery_s / 60:.1f} min used), never lower "
            f"than {sortie.min_clearance_m:.0f} m above the ground."
        )
    return lines + [f"Beware: {warning}" for warning in answer.warnings]
