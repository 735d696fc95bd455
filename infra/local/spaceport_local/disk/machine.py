"""What the embedded cloud changes in its process while it runs, and puts back afterwards."""

import logging
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from spaceport_local.disk.state import StateDir
from spaceport_local.environment import environment

SPILL_ABOVE_BYTES = 256 * 1024
OPEN_FILES = 65536  # connections, and one open file per part of a multipart upload that runs


@contextmanager
def borrowed_process(state: StateDir) -> Iterator[None]:
    """Uploads spill into the state folder (/tmp may be memory), logs go to a file there."""
    before = tempfile.tempdir
    tempfile.tempdir = str(state.spill)
    _raise_open_files()
    try:
        variables = {"MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(SPILL_ABOVE_BYTES)}
        with environment(variables), _log_file(state):
            yield
    finally:
        tempfile.tempdir = before


def _raise_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _log_file(state: StateDir) -> Iterator[None]:
    """What functions and cloud log is for those who look for it, not for the terminal."""
    handler = logging.FileHandler(state.log, encoding="utf-8")
    logger = logging.getLogger("spaceport")
    kept, propagated = list(logger.handlers), logger.propagate
    for other in kept:
        if hasattr(other, "formatter") and other.formatter:
            handler.setFormatter(other.formatter)
        logger.removeHandler(other)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
        for other in kept:
            logger.addHandler(other)
        logger.propagate = propagated
