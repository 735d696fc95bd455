"""The floor of the bench of the bus: one job's AWS calls, made again by a bare loop."""

import re
import resource
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore import xform_name
from botocore.exceptions import ClientError

from bench.bus.calls import AwsCall
from spaceport_local.cloud import CloudOptions, LocalCloud

JOB_ID = re.compile(r"sfm-([0-9a-z]+)-01")
ELSEWHERE = ("sagemaker",)  # not moto's: our own server answers it, in both worlds
TYPED = {"Item", "Key", "ExpressionAttributeValues"}
SERIALIZER = TypeSerializer()
OBJECT = b"x" * 500  # what s3transfer streams from files is gone by now; a quick job's size


def floor_cpu_s(recorded: list[AwsCall], jobs: int, options: CloudOptions) -> dict[str, float]:
    """CPU seconds per job of nothing but the calls; `refused` tells how many did not succeed."""
    calls = [call for call in recorded if not call.is_idle and call.service not in ELSEWHERE]
    job_id = _job_id(recorded)
    bare = replace(options.topology, functions=(), schedules=(), routes=())
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCloud(replace(options, state_dir=Path(folder), topology=bare)) as cloud,
    ):
        _replay(calls, job_id, cloud)
        before_s, refused = _cpu_s(), 0
        for _ in range(jobs):
            refused += _replay(calls, job_id, cloud)
        spent_s = _cpu_s() - before_s
    return {
        "cpu_s_per_job": round(spent_s / jobs, 3),
        "calls_per_job": len(calls),
        "refused_per_job": round(refused / jobs, 2),
    }


def _job_id(calls: list[AwsCall]) -> str:
    for call in calls:
        found = JOB_ID.search(str(call.parameters.get("ProcessingJobName", "")))
        if found:
            return found[1]
    raise ValueError("no sfm job was launched")


def _replay(calls: list[AwsCall], job_id: str, cloud: LocalCloud) -> int:
    new_id, refused = uuid.uuid4().hex[: len(job_id)], 0
    handles: dict[str, list[str]] = {}
    for call in calls:
        method = xform_name(call.operation)
        parameters = _renamed(call.parameters, job_id, new_id)
        if call.service == "dynamodb":
            parameters = _serialised(parameters)
        if call.operation == "DeleteMessageBatch":
            entries = handles.pop(parameters["QueueUrl"], [])
            parameters["Entries"] = [
                {"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(entries)
            ]
            if not entries:
                continue
        try:
            answer = getattr(cloud.client(call.service), method)(**parameters)
            if call.operation == "GetObject":
                answer["Body"].read()
            if call.operation == "ReceiveMessage":
                found = [m["ReceiptHandle"] for m in answer.get("Messages", ())]
                handles.setdefault(parameters["QueueUrl"], []).extend(found)
        except ClientError:  # a conditional write that was refused to the original as well
            refused += 1
    return refused


def _renamed(value: Any, old: str, new: str) -> Any:
    """Another job's parameters; streams become bytes."""
    if isinstance(value, dict):
        return {name: _renamed(part, old, new) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_renamed(part, old, new) for part in value]
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, bytes):
        return value.replace(old.encode(), new.encode())
    return OBJECT if hasattr(value, "read") else value


def _serialised(parameters: dict[str, Any]) -> dict[str, Any]:
    """DynamoDB's values with their types, which boto3's resources (the ledger) leave to a hook."""
    for name in TYPED.intersection(parameters):
        parameters[name] = {
            key: value if isinstance(value, dict) else SERIALIZER.serialize(value)
            for key, value in parameters[name].items()
        }
    return parameters


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
