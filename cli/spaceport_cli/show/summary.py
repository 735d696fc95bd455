"""What a finished run says: a few lines, the figures first."""

import shlex
from pathlib import Path

from pydantic import ValidationError

from spaceport_cli.show.sentences import count_of, human_bytes, human_seconds
from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.report import Report
from spaceport_runtime.errors import UserError

LEFT_OUT_SHOWN = 5


def read_report(out: Path) -> Report:
    """The report that the job left; raises UserError when it is not one."""
    path = out / "report.json"
    try:
        return Report.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise UserError(
            f"'{path}' is not a report of this version.", "Run the same command again."
        ) from error


def summarise(report: Report, out: Path) -> list[str]:
    """The lines of the summary."""
    lines = [f"Done: {report.title or report.job_id}", *_figures(report), ""]
    lines += [f"  left out  {photo.name}: {photo.reason}" for photo in _left_out(report)]
    lines += [f"  warning   {warning}" for warning in report.warnings]
    lines += [""] if lines[-1] else []
    lines.append(f"  {out / 'scene.sog'}   the scene, for the web")
    lines.append(f"  {out / 'report.html'}   everything else that is to be known")
    lines.append(f"  spaceport view {shlex.quote(str(out))}   to walk around in it")
    return lines


def _left_out(report: Report) -> tuple[RejectedPhoto, ...]:
    """The first few; the report names all."""
    return report.photos.rejected[:LEFT_OUT_SHOWN] if report.photos else ()


def _figures(report: Report) -> list[str]:
    lines: list[str] = []
    if report.photos:
        rejected = len(report.photos.rejected)
        left_out = f", {count_of(rejected, 'photo')} left out" if rejected else ""
        lines.append(
            f"  photos    {report.photos.registered} of {report.photos.total} registered{left_out}"
        )
    if report.flight:
        flight = report.flight
        lines.append(
            f"  flight    {flight.taken} of {count_of(flight.planned, 'planned photo')} taken"
        )
        if flight.typical_off_m is not None:
            lines[-1] += f", typically {flight.typical_off_m:.1f} m off"
    if report.sfm:
        lines.append(f"  geometry  reprojection error {report.sfm.reprojection_error_px:.2f} px")
        if report.sfm.gps_rms_m is not None:
            lines[-1] += f", GPS residual {report.sfm.gps_rms_m:.2f} m rms"
    if report.train:
        lines.append(
            f"  splat     {report.train.gaussians:,} Gaussians, "
            f"held-out PSNR {report.train.heldout_psnr_db:.2f} dB, "
            f"SSIM {report.train.heldout_ssim:.3f} "
            f"({count_of(len(report.train.heldout_photos), 'test photo')})"
        )
    lines.append(
        f"  web       {human_bytes(report.compress.bytes)}, {report.compress.ratio:.1f} times "
        f"smaller than the .ply, {report.compress.psnr_vs_ply_db:.1f} dB against it"
    )
    lines.append(f"  time      {_times(report)}")
    return lines


def _times(report: Report) -> str:
    seconds = report.seconds
    parts = {
        "ingest": seconds.ingest,
        "sfm": seconds.sfm,
        "train": seconds.train,
        "compress": seconds.compress,
    }
    told = ", ".join(
        f"{name} {human_seconds(value)}" for name, value in parts.items() if value is not None
    )
    return f"{human_seconds(seconds.total)} ({told})" if told else human_seconds(seconds.total)
