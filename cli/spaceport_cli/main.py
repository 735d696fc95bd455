"""The entry point: parse, call one function, and turn every trouble into one sentence."""

import argparse
import errno
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from spaceport_cli.arguments import make_parser
from spaceport_cli.interrupt import stop_on_signals
from spaceport_cli.show.sentences import explain_os_error, one_sentence
from spaceport_cli.show.voice import complain
from spaceport_contracts.results import Quality
from spaceport_local.disk.room import is_full
from spaceport_local.http.refusals import NO_ROOM
from spaceport_runtime.errors import UserError

if TYPE_CHECKING:
    from spaceport_cli.deployment.account import AccountOptions
    from spaceport_cli.photos.upload import Wishes

EXIT_WRONG_INPUT = 2
EXIT_BROKEN = 3
EXIT_INTERRUPTED = 130
Command = Callable[[argparse.Namespace, Console], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    typed = make_parser().parse_args(arguments)
    stop_on_signals()
    console = Console(highlight=False)
    try:
        return COMMANDS[typed.command](typed, console)
    except KeyboardInterrupt:
        complain(_farewell(typed))
        return EXIT_INTERRUPTED
    except UserError as error:
        return _give_up(typed, error, error)
    except OSError as error:
        return _give_up(typed, error, explain_os_error(error))
    except Exception as error:
        if typed.debug:
            raise
        if NO_ROOM in str(error) or is_full(getattr(typed, "out", None) or Path.cwd()):
            return _give_up(typed, error, explain_os_error(OSError(errno.ENOSPC, "")))
        what = f"Spaceport broke ({type(error).__name__}: {error})"
        complain(one_sentence(what, "Run it again with --debug and report what it shows."))
        return EXIT_BROKEN


def _give_up(typed: argparse.Namespace, error: Exception, told: UserError) -> int:
    if typed.debug:
        raise error
    complain(one_sentence(told.message, told.remedy))
    return EXIT_WRONG_INPUT


def _farewell(typed: argparse.Namespace) -> str:
    if typed.command == "run" and _is_away(typed):
        return "left; run the same command again to come back to it"
    if typed.command in ("run", "demo", "replay"):
        return "stopped; run the same command again to go on"
    return "stopped"


def _is_away(typed: argparse.Namespace) -> bool:
    return bool(typed.cloud or typed.endpoint)


def _run(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.run.begin import title_of  # noqa: PLC0415
    from spaceport_cli.run.run import RunOptions, run  # noqa: PLC0415

    typed.out = typed.out or Path(f"{title_of(typed.photos, '')}-splat")
    options = RunOptions(typed.photos, typed.out, _wishes(typed))
    if _is_away(typed):
        from spaceport_cli.deployment.run import run_on  # noqa: PLC0415
        from spaceport_cli.deployment.where import find_deployment  # noqa: PLC0415

        return run_on(find_deployment(typed.endpoint), options, console)
    return run(options, console)


def _upload(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.cloud.upload import upload  # noqa: PLC0415

    return upload(typed.photos, _wishes(typed), typed.state, console)


def _batch(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.cloud.batch import batch  # noqa: PLC0415
    from spaceport_cli.photos.upload import Wishes  # noqa: PLC0415
    from spaceport_cli.run.begin import title_of  # noqa: PLC0415

    wishes = Wishes(Quality(typed.quality), typed.email, title_of(typed.folder, typed.title))
    return batch(typed.folder, wishes, typed.state, console)


def _wishes(typed: argparse.Namespace) -> "Wishes":
    from spaceport_cli.photos.upload import Wishes  # noqa: PLC0415
    from spaceport_cli.run.begin import title_of  # noqa: PLC0415
    from spaceport_cli.run.checks import check_plan  # noqa: PLC0415

    title = title_of(typed.photos, typed.title)
    return Wishes(Quality(typed.quality), typed.email, title, check_plan(typed.plan))


def _demo(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.run.demo import demo  # noqa: PLC0415

    return demo(typed.out, typed.photos, console)


def _up(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.cloud.up import up  # noqa: PLC0415

    return up(typed.port, typed.state, console)


def _view(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.view.view import view  # noqa: PLC0415

    return view(typed.folder, typed.port, not typed.no_browser, console)


def _plan(typed: argparse.Namespace, console: Console) -> int:
    if typed.check:
        from spaceport_cli.flights.check import check  # noqa: PLC0415

        return check(typed, console)
    from spaceport_cli.flights.plan import plan  # noqa: PLC0415

    return plan(typed, console)


def _doctor(_typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.doctor import doctor  # noqa: PLC0415

    return doctor(console)


def _replay(typed: argparse.Namespace, console: Console) -> int:
    if typed.since:
        return _replay_window(typed, console)
    from spaceport_cli.cloud.remote import replay  # noqa: PLC0415

    if not (typed.job and typed.from_stage and typed.out):
        raise UserError(
            "A replay needs either JOB, --from and --out, or --since.",
            "See 'spaceport replay --help'.",
        )
    return replay(typed.job, typed.from_stage, typed.state, typed.out, console)


def _replay_window(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.cloud.window import parse_moment, replay_window  # noqa: PLC0415

    try:
        since = parse_moment(typed.since)
        until = parse_moment(typed.until) if typed.until else datetime.now(UTC)
    except ValueError as error:
        raise UserError(
            f"That is not a moment: {error}.", "Write it like 2026-11-23T14:00."
        ) from error
    return replay_window(since, until, typed.rule, typed.state, console)


def _cancel(typed: argparse.Namespace, console: Console) -> int:
    if _is_away(typed):
        from spaceport_cli.deployment.run import cancel_on  # noqa: PLC0415
        from spaceport_cli.deployment.where import find_deployment  # noqa: PLC0415

        return cancel_on(find_deployment(typed.endpoint), typed.job, console)
    from spaceport_cli.cloud.remote import cancel  # noqa: PLC0415

    return cancel(typed.job, typed.state, console)


def _redrive(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.cloud.redrive import redrive  # noqa: PLC0415

    return redrive(typed.service, typed.state, typed.yes, console)


def _account(typed: argparse.Namespace) -> "AccountOptions":
    from spaceport_cli.deployment.account import AccountOptions  # noqa: PLC0415

    return AccountOptions(typed.profile, typed.region, typed.stage)


def _login(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.deployment.login import LoginOptions, login  # noqa: PLC0415

    options = LoginOptions(typed.endpoint, typed.pool, typed.client, typed.email, _account(typed))
    return login(options, console)


def _logout(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.deployment.login import logout  # noqa: PLC0415

    return logout(typed.endpoint, console)


def _jobs(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.deployment.account import session_of  # noqa: PLC0415
    from spaceport_cli.deployment.jobs import jobs  # noqa: PLC0415

    account = _account(typed)
    client = session_of(account).client("sagemaker")
    return jobs(client, account.deployment, typed.hours, console)


def _logs(typed: argparse.Namespace, console: Console) -> int:
    from spaceport_cli.deployment.account import session_of  # noqa: PLC0415
    from spaceport_cli.deployment.logs import LogOptions, logs  # noqa: PLC0415

    account = _account(typed)
    options = LogOptions(typed.job, account.deployment, typed.hours, typed.follow)
    return logs(session_of(account).client("logs"), options, console)


COMMANDS: dict[str, Command] = {
    "run": _run,
    "demo": _demo,
    "up": _up,
    "view": _view,
    "upload": _upload,
    "batch": _batch,
    "plan": _plan,
    "doctor": _doctor,
    "replay": _replay,
    "cancel": _cancel,
    "redrive": _redrive,
    "login": _login,
    "logout": _logout,
    "jobs": _jobs,
    "logs": _logs,
}
