"""`spaceport up`: the embedded cloud, served until Ctrl-C."""

import shlex
import socket
import threading
from pathlib import Path
from typing import Any

from rich.console import Console

from spaceport_cli.arguments import DEFAULT_STATE
from spaceport_cli.cloud.access import announced
from spaceport_cli.run.record import log_to_file
from spaceport_cli.show.voice import say
from spaceport_local.disk.secrets import CURL_NAME, TOKEN_NAME
from spaceport_runtime.errors import UserError

HOST = "127.0.0.1"
EXAMPLES = """\
Spaceport is up. Ctrl-C stops it; its state stays in {state_dir}

  open         {link}
  API          {api}   token in {token}
  S3 and all   {endpoint}   bucket {bucket}
  e-mails      {api}/outbox   as files in {outbox}

Photos become a job in the browser, or from another terminal:
  spaceport upload PHOTOS{state}
  {curl} {api}/jobs/JOB
"""


def up(port: int, state_dir: Path, console: Console) -> int:
    """Serve until a signal comes."""
    aws_port = port + 1 if port else 0
    for wanted in (port, aws_port):
        check_port(wanted)
    _make(state_dir)
    from spaceport_local.cloud import CloudOptions, LocalCloud  # noqa: PLC0415

    log_to_file(state_dir)
    options = CloudOptions(state_dir=state_dir, api_port=port, aws_port=aws_port)
    try:
        with LocalCloud(options) as cloud, announced(cloud, state_dir):
            _invite(cloud, state_dir, console)
            threading.Event().wait()
    except KeyboardInterrupt:
        say(console, "Spaceport is down.")
    return 0


def _invite(cloud: Any, state_dir: Path, console: Console) -> None:
    text = EXAMPLES.format(
        state_dir=state_dir,
        link=f"{cloud.api_url.rstrip('/')}/?token={cloud.token}",
        token=state_dir / TOKEN_NAME,
        state="" if state_dir == DEFAULT_STATE else f" --state {shlex.quote(str(state_dir))}",
        curl=f"curl -K {shlex.quote(str(state_dir / CURL_NAME))}",
        api=cloud.api_url.rstrip("/"),
        endpoint=cloud.endpoint_url,
        bucket=cloud.bucket,
        outbox=cloud.outbox,
    )
    say(console, text)


def check_port(port: int) -> None:
    """Raises UserError when the port is taken or may not be used; 0 means any."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except (OSError, OverflowError) as error:
        raise UserError(
            f"Port {port} of this machine cannot be used ({_reason(error)}).",
            "Choose another one with --port.",
        ) from error


def _reason(error: OSError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return "ports end at 65535"
    return (error.strerror or str(error)).lower()


def _make(state_dir: Path) -> None:
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"'{state_dir}' cannot be made ({error.strerror}).",
            "Choose another folder with --state.",
        ) from error
