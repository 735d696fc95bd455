"""`spaceport view`: serve one finished result to the browser of this machine until Ctrl-C."""

import os
import secrets
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from spaceport_cli.show.voice import say
from spaceport_cli.view.door import PAGE, ViewDoor
from spaceport_cli.view.result import Result, read_result
from spaceport_local.http.closed import Closed, House
from spaceport_local.http.pages import DIST, Pages
from spaceport_local.http.refusals import problem_page
from spaceport_local.http.server import WebServer
from spaceport_local.http.signin import SignIn
from spaceport_runtime.errors import UserError
from spaceport_topology.pages import VIEWER

TOKEN_BYTES = 24
# Without one of these a "browser" would be a text browser in this very terminal.
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def view(folder: Path, port: int, open_browser: bool, console: Console) -> int:
    """Serve until a signal comes. Raises UserError where there is nothing to show."""
    result = read_result(folder)
    if not (DIST / VIEWER).is_file():
        raise UserError(
            "Spaceport's pages are not built yet.",
            "Run 'make web', or drop scene.sog on superspl.at/editor and rotate x by -90.",
        )
    try:
        with serve(result, port) as link:
            say(console, f"{folder} is at\n  {link}\nCtrl-C ends it.")
            if open_browser and any(os.environ.get(name) for name in SCREENS):
                webbrowser.open(link)
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    return 0


@contextmanager
def serve(result: Result, port: int = 0, pages: Path = DIST) -> Iterator[str]:
    """The result at a port of this machine (0: a free one); yields the link that opens it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    house = House()
    door = ViewDoor(result, SignIn(token), Pages(pages))
    server = WebServer(Closed(door, house, problem_page), port)
    house.page_ports.add(server.port)
    server.start()
    try:
        yield f"{server.url}{PAGE}?token={token}"
    finally:
        server.stop()
