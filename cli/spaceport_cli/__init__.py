"""The `spaceport` command: photos in, a splat out, on this machine."""

from spaceport_cli.main import main

__all__ = ["main"]
