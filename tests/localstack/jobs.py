"""Quick jobs: they leave at once what a real job would leave, true to the contracts."""

from spaceport_local.sagemaker.runner import Task
from tests.choreography.results import outputs_of


def quick_job(task: Task) -> int:
    """Write the stage's outputs where the container contract wants them."""
    stage = task.name.split("-")[0]
    folder = task.root / ("model" if stage == "train" else "processing/output")
    for path, content in outputs_of(stage).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return 0
