"""SageMaker's operations: create, describe, stop and list jobs, within the account's quotas."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from spaceport_local.disk.journal import read_json
from spaceport_local.sagemaker import container
from spaceport_local.sagemaker.jobs import (
    KINDS,
    ApiError,
    Job,
    Kind,
    arn_of,
    instance_type_of,
    new_job,
    usage_of,
)
from spaceport_local.sagemaker.lifecycle import MACHINE_STOPPED, Execution, Machine, finish
from spaceport_local.sagemaker.transfer import CheckpointSync
from spaceport_local.sagemaker.validation import check_request

Request = dict[str, Any]
Operation = Callable[[Kind, Request], dict[str, Any]]


class SageMaker:
    """All jobs of the account; they outlive this process in their folders."""

    machine: Machine

    def __init__(self, folder: Path, quotas: Mapping[str, int]) -> None:
        self._folder = folder
        self._quotas = quotas
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._closed = False
        operations: dict[str, Operation] = {
            "Create{}Job": self._create,
            "Describe{}Job": self._describe,
            "Stop{}Job": self._stop,
            "List{}Jobs": self._list,
        }
        self._operations = {
            pattern.format(kind): (operation, kind)
            for kind in KINDS
            for pattern, operation in operations.items()
        }

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """Answer one API call; raises ApiError."""
        if operation not in self._operations:
            raise ApiError("UnknownOperationException", f"{operation} is not offered here.")
        function, kind = self._operations[operation]
        return function(kind, request)

    def recover(self) -> list[Job]:
        """Read the jobs of earlier runs; what ran when the machine stopped has failed.

        Their checkpoints go to S3 first, so that the next attempt continues from them.
        """
        interrupted = []
        for path in sorted(self._folder.glob("*/job.json")):
            stored = read_json(path)
            job = Job(stored["kind"], stored["request"], stored["document"], path.parent)
            self._jobs[job.name] = job
            if not job.is_over:
                self._give_up(job)
                interrupted.append(job)
            container.clean(job)
        return interrupted

    def announce(self, jobs: list[Job]) -> None:
        """Tell the bus how jobs stand."""
        for job in jobs:
            self.machine.announce(job)

    def interrupt(self, name: str) -> None:
        """Take a managed-spot training job's machine away, and give it another one."""
        job = self._jobs[name]
        if not job.request.get("EnableManagedSpotTraining"):
            raise ValueError(f"{name} does not run on a Spot machine")
        job.control.interrupt = True

    def names(self) -> list[str]:
        """Names of all jobs, in order of creation."""
        with self._lock:
            return list(self._jobs)

    def close(self) -> None:
        """Stop what runs (SIGTERM, grace, SIGKILL) and record that the machine stopped."""
        with self._lock:
            self._closed = True
            threads = list(self._threads.values())
            for job in self._jobs.values():
                job.control.machine_stops = True
        for thread in threads:
            thread.join()

    def _give_up(self, job: Job) -> None:
        checkpoints = job.root / "checkpoints"
        config = job.request.get("CheckpointConfig")
        if config and checkpoints.is_dir():
            CheckpointSync(self.machine.s3, checkpoints, config["S3Uri"]).sync()
        if job.status == "Stopping":
            finish(job, "Stopped")
        else:
            finish(job, "Failed", MACHINE_STOPPED)

    def _create(self, kind: Kind, request: Request) -> dict[str, Any]:
        check_request(kind, request)
        name = request[f"{kind}JobName"]
        with self._lock:
            if self._closed:
                raise ApiError("InternalFailure", "The machine is about to stop.")
            if name in self._jobs:
                raise ApiError(
                    "ResourceInUse",
                    f"{kind} job names must be unique within an AWS account and region, and a "
                    f"{kind.lower()} job with this name already exists ({arn_of(kind, name)})",
                )
            self._check_quota(kind, request)
            job = new_job(kind, request, self._folder / name)
            job.save()
            self._jobs[name] = job
            thread = threading.Thread(target=self._run, args=(job,), daemon=True, name=name)
            self._threads[name] = thread
            thread.start()
        return {f"{kind}JobArn": arn_of(kind, name)}

    def _run(self, job: Job) -> None:
        Execution(job, self.machine).run()
        with self._lock:
            self._threads.pop(job.name, None)

    def _check_quota(self, kind: Kind, request: Request) -> None:
        instance_type, usage = instance_type_of(kind, request), usage_of(kind, request)
        limit = self._quotas.get(instance_type)
        if limit is None:
            return
        used = sum(
            not job.is_over and (job.instance_type, job.usage) == (instance_type, usage)
            for job in self._jobs.values()
        )
        if used >= limit:
            raise ApiError(
                "ResourceLimitExceeded",
                f"The account-level service limit '{instance_type} for {usage}' is {limit} "
                f"Instances, with current utilization of {used} Instances and a request delta of "
                "1 Instances. Please use AWS Service Quotas to request an increase for this "
                "quota. If AWS Service Quotas is not available, contact AWS support to request "
                "an increase for this quota.",
            )

    def _find(self, kind: Kind, request: Request) -> Job:
        name = request.get(f"{kind}JobName", "")
        job = self._jobs.get(name)
        if job is not None and job.kind == kind:
            return job
        if kind == "Training":
            raise ApiError("ValidationException", "Requested resource not found.")
        raise ApiError("ResourceNotFound", f"Could not find requested job with name: {name}")

    def _describe(self, kind: Kind, request: Request) -> dict[str, Any]:
        return self._find(kind, request).describe()

    def _stop(self, kind: Kind, request: Request) -> dict[str, Any]:
        job = self._find(kind, request)
        with job.lock:
            if job.status != "InProgress":
                raise ApiError(
                    "ValidationException",
                    f"The request was rejected because the {kind.lower()} job is in status "
                    f"{job.status}.",
                )
            job.set(**{f"{kind}JobStatus": "Stopping"})
            job.enter("Stopping")
            job.control.stop = True
        self.machine.announce(job)
        return {}

    def _list(self, kind: Kind, request: Request) -> dict[str, Any]:
        own = [f"{kind}Job{field}" for field in ("Name", "Arn", "Status")]
        fields = [*own, "CreationTime", "LastModifiedTime", f"{kind}EndTime"]
        chosen = [
            job
            for job in list(self._jobs.values())
            if job.kind == kind
            and request.get("NameContains", "") in job.name
            and request.get("StatusEquals", job.status) == job.status
            and job.document["CreationTime"] > float(request.get("CreationTimeAfter", 0))
        ]
        chosen.sort(key=lambda job: -job.document["CreationTime"])
        size = request.get("MaxResults", 100)
        first = int(request.get("NextToken", "0"))
        documents = [job.describe() for job in chosen[first : first + size]]
        summaries = [
            {field: document[field] for field in fields if field in document}
            for document in documents
        ]
        answer: dict[str, Any] = {f"{kind}JobSummaries": summaries}
        if first + size < len(chosen):
            answer["NextToken"] = str(first + size)
        return answer
