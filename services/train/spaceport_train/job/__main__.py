"""The container's program: `python -m spaceport_train.job`."""

import sys

from spaceport_runtime.job.container import run_job
from spaceport_train.job.main import main

sys.exit(run_job("train", main))
