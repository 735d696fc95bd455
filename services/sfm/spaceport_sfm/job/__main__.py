"""The container's program: `python -m spaceport_sfm.job`."""

import sys  # isort: split

import zlib  # noqa: F401  (before anything that may load pycolmap: its wheel exports zlib's symbols)

from spaceport_runtime.job.container import run_job
from spaceport_sfm.job.main import main

sys.exit(run_job("sfm", main))
