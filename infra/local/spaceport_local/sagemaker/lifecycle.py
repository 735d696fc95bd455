"""One job from launch to end, as SageMaker goes about it."""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any, Literal

from spaceport_local.disk.room import is_full
from spaceport_local.http.refusals import NO_ROOM
from spaceport_local.sagemaker import container
from spaceport_local.sagemaker.jobs import Announce, Job, now_s
from spaceport_local.sagemaker.runner import Runner, Running, Task
from spaceport_local.sagemaker.transfer import (
    CheckpointSync,
    NoData,
    download,
    upload,
    upload_archive,
)

Cause = Literal["", "stop", "limit", "interrupt", "machine"]
MACHINE_STOPPED = "InternalServerError: the machine stopped"
DISK_FULL = json.dumps(
    {
        "class": "internal",
        "reason": "The disk of this machine is full.",
        "remedy": "Free some space, then run it again: it goes on from this stage.",
    }
)
TICK_S = 0.2
REASON_CHARACTERS = 1024
log = logging.getLogger("spaceport.local")


@dataclass(frozen=True)
class Machine:
    """What a job is run with."""

    s3: Any
    runner: Runner
    announce: Announce
    environment: dict[str, str]
    checkpoint_interval_s: float
    stop_grace_s: float
    machine_grace_s: float


@dataclass(frozen=True)
class Ending:
    """How a program ended: its exit status, and what had been asked of it."""

    status: int
    cause: Cause


class Cut(Exception):
    """The job was told to stop before its program ran."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class Execution:
    """Runs one job in the calling thread."""

    def __init__(self, job: Job, machine: Machine) -> None:
        self._job = job
        self._machine = machine
        self._started_s = time.monotonic()

    def run(self) -> None:
        """Bring the job to its end, whatever happens."""
        try:
            ending = self._execute()
            self._conclude(ending)
        except Cut as cut:
            self._conclude(Ending(0, cut.cause))
        except NoData as error:
            self._finish("Failed", f"ClientError: {error}")
        except Exception as error:  # what SageMaker calls an internal error, and may be retried
            log.exception("job %s broke", self._job.name)
            self._finish("Failed", f"InternalServerError: {error!r}")
        container.clean(self._job)

    def _execute(self) -> Ending:
        self._enter("Starting", "Launching requested ML instances")
        while True:
            checkpoints = self._bring_in()
            self._enter("Training", "Training image download completed. Training in progress.")
            ending = self._run_program(checkpoints)
            if checkpoints:
                checkpoints.sync()
            if ending.cause != "interrupt":
                self._bring_out(ending)
                return ending
            self._job.control.interrupt = False
            self._enter("Interrupted", "Spot capacity was interrupted")
            self._enter("Starting", "Launching requested ML instances")

    def _bring_in(self) -> CheckpointSync | None:
        job = self._job
        container.prepare(job)
        job.set(**{f"{job.kind}StartTime": now_s()})
        self._enter("Downloading", "Downloading input data")
        for uri, folder in container.inputs(job):
            self._check()
            download(self._machine.s3, uri, folder)
        self._check()
        config = job.request.get("CheckpointConfig")
        if not config:
            return None
        sync = CheckpointSync(self._machine.s3, job.root / "checkpoints", config["S3Uri"])
        sync.restore()
        return sync

    def _check(self) -> None:
        cause = self._wanted(0.0)
        if cause and cause != "interrupt":
            raise Cut(cause)

    def _run_program(self, checkpoints: CheckpointSync | None) -> Ending:
        """To its end; where we break, it does not go on without us."""
        running = self._start()
        try:
            return self._watch(running, checkpoints)
        except Exception:
            running.kill()
            running.wait(self._machine.stop_grace_s)
            raise

    def _start(self) -> Running:
        job = self._job
        task = Task(
            name=job.name,
            command=container.command(job),
            folder=job.folder,
            root=job.root,
            environment=container.environment(job, self._machine.environment),
            log=job.log,
        )
        return self._machine.runner.start(task)

    def _watch(self, running: Running, checkpoints: CheckpointSync | None) -> Ending:
        started_s = synced_s = time.monotonic()
        cause: Cause = ""
        kill_at_s = float("inf")
        while (status := running.wait(TICK_S)) is None:
            moment_s = time.monotonic()
            wanted = self._wanted(moment_s - started_s)
            if wanted and (not cause or wanted == "machine" != cause):
                cause = wanted
                is_machine = cause == "machine"
                machine = self._machine
                grace_s = machine.machine_grace_s if is_machine else machine.stop_grace_s
                kill_at_s = moment_s + grace_s
                running.terminate()
            if moment_s > kill_at_s:
                running.kill()
            if checkpoints and moment_s - synced_s > self._machine.checkpoint_interval_s:
                checkpoints.sync()
                synced_s = time.monotonic()
        return Ending(status, cause)

    def _wanted(self, running_s: float) -> Cause:
        control = self._job.control
        if control.stop:
            return "stop"
        if control.machine_stops:
            return "machine"
        if control.interrupt:
            return "interrupt"
        limits = self._job.request.get("StoppingCondition", {})
        return "limit" if running_s > limits.get("MaxRuntimeInSeconds", 86400) else ""

    def _bring_out(self, ending: Ending) -> None:
        if ending.cause == "machine":
            return
        if self._job.kind == "Training":
            self._bring_out_training(ending)
            return
        message = container.told(self._job, "message")
        if message:
            self._job.set(ExitMessage=message[:REASON_CHARACTERS])
        if ending.status == 0 and not ending.cause:
            for output in container.outputs(self._job):
                target = output["S3Output"]
                folder = container.local_path(self._job, target["LocalPath"])
                upload(self._machine.s3, folder, target["S3Uri"])

    def _bring_out_training(self, ending: Ending) -> None:
        job, s3 = self._job, self._machine.s3
        config = job.request["OutputDataConfig"]
        base = f"{config['S3OutputPath'].rstrip('/')}/{job.name}/output"
        if ending.status == 0 or ending.cause:
            self._enter("Uploading", "Uploading generated training model")
            if config.get("CompressionType") == "NONE":
                artifacts = f"{base}/model/"
                upload(s3, job.root / "model", artifacts)
            else:
                artifacts = f"{base}/model.tar.gz"
                upload_archive(s3, job.root / "model", artifacts)
            job.set(ModelArtifacts={"S3ModelArtifacts": artifacts})
        if any((job.root / "output" / "data").iterdir()):
            upload_archive(s3, job.root / "output" / "data", f"{base}/output.tar.gz")
        seconds = int(time.monotonic() - self._started_s)
        job.set(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)

    def _conclude(self, ending: Ending) -> None:
        is_training = self._job.kind == "Training"
        if ending.cause == "machine":
            self._finish("Failed", MACHINE_STOPPED)
        elif ending.cause == "stop":
            self._finish("Stopped")
        elif ending.cause == "limit" and is_training:
            self._finish("Stopped", secondary="MaxRuntimeExceeded")
        elif ending.cause == "limit":
            self._finish("Failed", "ClientError: Job exceeded MaxRuntimeInSeconds")
        elif ending.status == 0:
            self._finish("Completed")
        else:
            reason = container.told(self._job, "failure") if is_training else ""
            self._finish("Failed", f"AlgorithmError: {reason}, exit code: {ending.status}")

    def _enter(self, secondary: str, message: str = "") -> None:
        self._job.enter(secondary, message)
        self._machine.announce(self._job)

    def _finish(self, status: str, reason: str = "", secondary: str = "") -> None:
        is_about_room = NO_ROOM in reason or is_full(self._job.folder)
        if status == "Failed" and reason != MACHINE_STOPPED and is_about_room:
            reason = f"AlgorithmError: {DISK_FULL}"  # whatever the program made of it
            if self._job.kind == "Processing":
                self._job.document["ExitMessage"] = DISK_FULL
        finish(self._job, status, reason, secondary)
        self._machine.announce(self._job)


def finish(job: Job, status: str, reason: str = "", secondary: str = "") -> None:
    """Record a job's end."""
    fields: dict[str, Any] = {f"{job.kind}JobStatus": status, f"{job.kind}EndTime": now_s()}
    if reason:
        fields["FailureReason"] = reason[:REASON_CHARACTERS]
    with job.lock:
        job.document |= fields
        job.enter(secondary or status)
