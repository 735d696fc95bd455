"""`python -m spaceport_compress.job`: the container's program."""

import sys

from spaceport_compress.job.main import main
from spaceport_runtime.job.container import run_job

sys.exit(run_job("compress", main))
