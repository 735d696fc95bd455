"""Test code: a cloud in a process of its own that gets stuck in training, to be killed there."""

import sys
import time
from pathlib import Path

from tests.infra.clouds import Events, Program, publish, request_event, stages_cloud


def main(state_dir: Path, job_id: str) -> None:
    program = Program()
    program.hold = {"train"}
    cloud = stages_cloud(state_dir, program)
    events = Events(cloud)
    with cloud:
        publish(cloud, request_event(job_id, cloud))
        events.wait("StageStarted", 2)
        while not any(name.startswith("train") for name in program.started):
            time.sleep(0.01)
        checkpoints = state_dir / "sagemaker" / f"train-{job_id}-01" / "opt/ml/checkpoints"
        (checkpoints / "step.txt").write_text("41")
        sys.stdout.write("training\n")
        sys.stdout.flush()
        time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
