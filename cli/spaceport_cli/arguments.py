"""The command line of `spaceport`."""

import argparse
from pathlib import Path
from typing import TypeAlias

from spaceport_contracts.results import Quality

EXIT_CODES = """\
exit codes:
  0    done
  1    the job failed, was refused or was cancelled; the last line says why and what to do
  2    something about the command, the photos or this machine is wrong; nothing was started
  3    Spaceport itself broke; --debug shows where
  130  stopped by Ctrl-C or SIGTERM; the same command goes on where it stopped ('up': 0);
       with --cloud the job goes on, and the same command comes back to it
"""
DEFAULT_STATE = Path(".spaceport")
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
EXPORTS = ("qgc", "wpl", "litchi", "wpml", "dji_fly", "geojson", "kml")
API_STAGES = ("sfm", "3dgs", "compression")


def make_parser() -> argparse.ArgumentParser:
    """The parser of everything that can be typed."""
    parser = argparse.ArgumentParser(
        prog="spaceport",
        description="Turn drone photos into a 3D Gaussian splat for the web, on this machine or on "
        "a deployment in AWS.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_demo(commands)
    _add_up(commands)
    _add_view(commands)
    _add_upload(commands)
    _add_batch(commands)
    _add_plan(commands)
    _add_replay(commands)
    _add_cancel(commands)
    _add_redrive(commands)
    _add_login(commands)
    _add_watching(commands)
    _add(commands, "doctor", "say what this machine can do")
    return parser


def _add(commands: Commands, name: str, purpose: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # SUPPRESS: a default here would undo a --debug that was given before the command's name.
    help_text = "show tracebacks"
    command.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=help_text)
    return command


def _add_run(commands: Commands) -> None:
    command = _add(commands, "run", "turn a folder or a zip of photos into a splat")
    _add_photos(command, mail="who is told (mail lands in DIR/outbox)")
    help_text = "where the results go (PHOTOS-splat, in this folder)"
    command.add_argument("--out", type=Path, metavar="DIR", help=help_text)
    _add_cloud(command)


def _add_cloud(command: argparse.ArgumentParser) -> None:
    deployment = command.add_argument_group("on a deployment, see 'spaceport login'")
    deployment.add_argument("--cloud", action="store_true", help="the one signed in to last")
    deployment.add_argument("--endpoint", metavar="URL", help="the one with this HTTP API")


def _add_photos(command: argparse.ArgumentParser, mail: str) -> None:
    command.add_argument("photos", type=Path, metavar="PHOTOS", help="a folder or a zip")
    _add_wishes(command, mail)
    command.add_argument("--title", default="", help="for the report; default: the name of PHOTOS")
    help_text = "the plan that was flown, as 'spaceport plan --out' wrote it: the report compares"
    command.add_argument("--plan", type=Path, metavar="PLAN", help=help_text)


def _add_wishes(command: argparse.ArgumentParser, mail: str) -> None:
    qualities = [quality.value for quality in Quality]
    command.add_argument("--quality", choices=qualities, default=Quality.STANDARD.value)
    command.add_argument("--email", metavar="ADDRESS", help=mail)


def _add_upload(commands: Commands) -> None:
    command = _add(commands, "upload", "upload photos to a running 'spaceport up'")
    _add_photos(command, mail="who is told (mail lands in its outbox)")
    _add_state(command)


def _add_batch(commands: Commands) -> None:
    purpose = "upload every folder and zip in a folder, each as a capture of its own"
    command = _add(commands, "batch", purpose)
    command.add_argument("folder", type=Path, metavar="FOLDER", help="of folders and zips")
    _add_wishes(command, mail="gets one mail when all are done (it lands in the outbox)")
    command.add_argument("--title", default="", help="of the batch; default: the name of FOLDER")
    _add_state(command)


def _add_demo(commands: Commands) -> None:
    command = _add(commands, "demo", "photograph a made-up village and run the pipeline on it")
    command.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")
    command.add_argument("--photos", type=int, metavar="N", help="how many photos to take")


def _add_up(commands: Commands) -> None:
    command = _add(commands, "up", "serve the embedded cloud until Ctrl-C")
    command.add_argument(
        "--port", type=int, default=8080, help="of the HTTP API (8080); S3 is on the next one"
    )
    _add_state(command)


def _add_view(commands: Commands) -> None:
    command = _add(commands, "view", "show a finished result in the browser, until Ctrl-C")
    command.add_argument("folder", type=Path, metavar="DIR", help="what 'run' or 'demo' wrote")
    command.add_argument("--port", type=int, default=0, help="a free one, unless said")
    command.add_argument("--no-browser", action="store_true", help="only print the link")


def _add_plan(commands: Commands) -> None:
    command = _add(commands, "plan", "plan a flight over an area, or check the photos of one")
    command.add_argument(
        "area", type=Path, metavar="AREA", help="GeoJSON, KML, or a request; with --check: the plan"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the files")
    command.add_argument(
        "--check", type=Path, metavar="PHOTOS", help="hold these photos against the plan AREA"
    )
    command.add_argument("--drone", metavar="ID", help="such as mavic3e, mini4pro, phantom4rtk")
    patterns = [
        "grid",
        "crosshatch",
        "orbit",
        "multi_orbit",
        "spiral",
        "corridor",
        "facade",
        "splat",
    ]
    command.add_argument("--pattern", choices=patterns)
    _add_numbers(command)
    place = "a place, LON,LAT"
    command.add_argument("--takeoff", metavar="LON,LAT", help=place)
    command.add_argument("--subject", metavar="PLACE", help=f"{place}, or an outline in a GeoJSON")
    command.add_argument("--dem", type=Path, metavar="TIF", help="a GeoTIFF with heights in metres")
    command.add_argument("--no-fly", type=Path, action="append", metavar="GEOJSON")
    command.add_argument("--fence", type=Path, metavar="GEOJSON", help="never left")
    command.add_argument("--batteries", type=int, metavar="N")
    command.add_argument("--export", action="append", choices=EXPORTS, help="repeatable")
    command.add_argument("--title")


def _add_numbers(command: argparse.ArgumentParser) -> None:
    numbers = {
        "--gsd": ("gsd_cm", "cm per pixel"),
        "--agl": ("agl_m", "metres above ground, instead of --gsd"),
        "--front": ("front_overlap", "overlap along the line, 0.8"),
        "--side": ("side_overlap", "overlap between lines, 0.7"),
        "--pitch": ("gimbal_pitch_deg", "of the gimbal, -90 = straight down"),
        "--heading": ("heading_deg", "of the lines; the fastest, unless said"),
        "--radius": ("radius_m", "of orbits, or around a point"),
        "--width": ("width_m", "of a corridor"),
        "--standoff": ("standoff_m", "from a facade"),
        "--margin": ("margin_m", "flown around the area"),
        "--subject-height": ("subject_height_m", "of the subject, 8"),
        "--speed": ("max_speed_mps", "m/s at most"),
        "--wind": ("wind_mps", "m/s to reckon with"),
        "--minutes": ("minutes", "that a battery lasts; the maker's, unless said"),
        "--reserve": ("reserve", "share of the battery never flown, 0.25"),
        "--ceiling": ("max_agl_m", "metres above ground at most, 120"),
        "--clearance": ("min_clearance_m", "metres above ground at least, 20"),
    }
    for option, (name, words) in numbers.items():
        command.add_argument(option, dest=name, type=float, metavar="N", help=words)


def _add_state(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--state",
        type=Path,
        default=DEFAULT_STATE,
        metavar="DIR",
        help=f"the state folder of 'spaceport up' ({DEFAULT_STATE})",
    )


def _add_replay(commands: Commands) -> None:
    purpose = "run a job again from a stage, or send a window of the archive again"
    command = _add(commands, "replay", purpose)
    command.add_argument("job", metavar="JOB", nargs="?", help="the job's id")
    command.add_argument("--from", dest="from_stage", choices=API_STAGES)
    command.add_argument("--out", type=Path, metavar="DIR", help="where the results go")
    moment = "a moment such as 2026-11-23T14:00"
    command.add_argument("--since", metavar="T", help=f"replay archived events from {moment} on")
    command.add_argument("--until", metavar="T", help="up to, not including; default: now")
    command.add_argument(
        "--rule", action="append", default=[], metavar="NAME", help="only to this rule (repeatable)"
    )
    _add_state(command)


def _add_cancel(commands: Commands) -> None:
    command = _add(commands, "cancel", "stop a job of a running 'spaceport up' or of a deployment")
    command.add_argument("job", metavar="JOB", help="the job's id")
    _add_state(command)
    _add_cloud(command)


def _add_login(commands: Commands) -> None:
    command = _add(commands, "login", "sign in to a deployment in AWS")
    command.add_argument("endpoint", nargs="?", metavar="URL", help="of its site, or of its API")
    command.add_argument("--pool", metavar="ID", help="Cognito's pool, as the operator tells it")
    command.add_argument("--client", metavar="ID", help="the pool's client for terminals")
    command.add_argument("--email", metavar="ADDRESS", help="whose; asked for, unless said")
    _add_account(command, "instead of URL, --pool and --client, by AWS credentials")
    command = _add(commands, "logout", "sign out of a deployment in AWS")
    command.add_argument("endpoint", nargs="?", metavar="URL", help="default: the last one")


def _add_watching(commands: Commands) -> None:
    command = _add(commands, "jobs", "list the machines' jobs of a deployment, the newest first")
    help_text = "how far back (2 days)"
    command.add_argument("--hours", type=float, default=48.0, metavar="N", help=help_text)
    _add_state(command)
    command.add_argument(
        "--cloud", action="store_true", help="of a deployment, not of this machine"
    )
    _add_account(command, "which deployment, by AWS credentials")
    command = _add(commands, "logs", "show all that was logged about a job of a deployment")
    command.add_argument("job", metavar="JOB", help="the job's id")
    command.add_argument("--cloud", action="store_true", required=True, help="of a deployment")
    help_text = "how far back (7 days)"
    command.add_argument("--hours", type=float, default=168.0, metavar="N", help=help_text)
    command.add_argument("--follow", action="store_true", help="go on until the job ends")
    _add_account(command, "which deployment, by AWS credentials")


def _add_account(command: argparse.ArgumentParser, purpose: str) -> None:
    account = command.add_argument_group(purpose)
    account.add_argument("--profile", metavar="NAME", help="of AWS's own configuration")
    account.add_argument("--region", metavar="NAME", help="such as eu-central-1")
    account.add_argument(
        "--stage", default="prod", metavar="NAME", help="as it was deployed (prod)"
    )


def _add_redrive(commands: Commands) -> None:
    command = _add(commands, "redrive", "show a service's dead letters and send them again")
    command.add_argument("service", metavar="SERVICE", help="ingest, sfm, train, compress, notify")
    command.add_argument("--yes", action="store_true", help="do not ask")
    _add_state(command)
