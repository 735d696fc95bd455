"""What the bus itself costs: latency, overhead per hop, jobs per second and calls per job.

    python -m bench.bus [--jobs 1000] [--alone 40] [--out out/bench/bus.json]

The embedded cloud with all five services, without quotas, and with jobs that are done at once. What
is left is the choreography: EventBridge, SQS, the handlers, the ledger, the status, the e-mail.

1. Captures one after the other on an idle cloud: from the upload of the manifest to the launch of
   the first job, from each job's end to the next one's launch, from the last end to the e-mail.
2. `--jobs` captures at once, and a quarter as many before them: CPU seconds per job must not grow
   with the number, or something is quadratic.
3. The floor: the very AWS calls of one job (recorded), made again by a bare loop for other job ids
   on an embedded cloud without handlers. It has no threads, decides nothing, polls no empty queue.

CPU is user + system of this process, in which everything runs, moto's server too.
"""

import argparse
import json
import logging
import os
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.bus.calls import AwsCall, Recorder, recording
from bench.bus.floor import floor_cpu_s
from bench.bus.upload import upload
from bench.quick import quick_job
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner

REPOSITORY = Path(__file__).resolve().parents[2]
STAGES = (("sfm", "Processing"), ("train", "Training"), ("compress", "Processing"))
SERVICES = ("ingest", "sfm", "train", "compress", "notify")
PATIENCE_S = 3600.0
SETTLE_S = 1.0


@dataclass(frozen=True)
class Batch:
    """Many captures at once."""

    jobs: int
    wall_s: float
    cpu_s: float

    def figures(self) -> dict[str, float]:
        return {
            "jobs": self.jobs,
            "wall_s": round(self.wall_s, 1),
            "jobs_per_s": round(self.jobs / self.wall_s, 2),
            "cpu_s_per_job": round(self.cpu_s / self.jobs, 3),
        }


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError("the e-mails did not all come")
        time.sleep(0.02)


def mails(cloud: LocalCloud) -> list[Path]:
    """The mails about how a job ended."""
    started = b"X-Spaceport-Kind: started"
    sent = cloud.outbox.glob("*.eml")
    return [path for path in sent if started not in path.read_bytes()]


def run_alone(cloud: LocalCloud, name: str, recorder: Recorder) -> dict[str, float]:
    """One capture on an idle cloud; returns the seconds of each hop."""
    known, launched = set(mails(cloud)), set(cloud.sagemaker.names())
    upload(cloud, name)
    wait_until(lambda: len(mails(cloud)) > len(known))
    uploaded_s = max(
        call.began_s
        for call in recorder.calls
        if call.operation == "PutObject" and call.parameters["Key"].endswith("manifest.json")
    )
    (job_id,) = {job.split("-")[1] for job in set(cloud.sagemaker.names()) - launched}
    hops = {}
    before, ended_s = "upload", uploaded_s
    for stage, kind in STAGES:
        request = {f"{kind}JobName": f"{stage}-{job_id}-01"}
        document = cloud.sagemaker.call(f"Describe{kind}Job", request)
        hops[f"{before} -> {stage}"] = document["CreationTime"] - ended_s
        before, ended_s = stage, document[f"{kind}EndTime"]
    mail = next(path for path in mails(cloud) if path not in known)
    hops[f"{before} -> e-mail"] = mail.stat().st_mtime - ended_s
    return hops


def run_batch(cloud: LocalCloud, jobs: int) -> Batch:
    """Many captures at once, until the last e-mail."""
    before, began_s, began_cpu_s = len(mails(cloud)), time.monotonic(), cpu_s()
    for n in range(jobs):
        upload(cloud, f"batch-{before}-{n}")
    wait_until(lambda: len(mails(cloud)) >= before + jobs)
    return Batch(jobs, time.monotonic() - began_s, cpu_s() - began_cpu_s)


def percentiles_ms(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1)}


def latencies(alone: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    figures = {hop: percentiles_ms([run[hop] for run in alone]) for hop in alone[0]}
    between = [
        run[f"{a} -> {b}"] for run in alone for a, b in (("sfm", "train"), ("train", "compress"))
    ]
    return {**figures, "stage -> stage": percentiles_ms(between)}


def calls_per_job(calls: list[AwsCall], jobs: int) -> dict[str, dict[str, float]]:
    """What each service's handlers ask of AWS, and what the jobs' machines do."""
    counts: dict[str, Counter[str]] = {}
    for call in calls:
        if call.thread == "MainThread":
            continue
        name = f"{call.name} (empty)" if call.is_idle else call.name
        counts.setdefault(_who(call), Counter())[name] += 1
    return {
        who: {name: round(n / jobs, 2) for name, n in sorted(counted.items())}
        for who, counted in sorted(counts.items())
    }


def _who(call: AwsCall) -> str:
    if call.thread in SERVICES:
        return call.thread
    if call.thread == "schedule":
        return "sweeps"
    return "ingest" if call.thread.startswith("ThreadPool") else "the jobs' machines"


def messages_per_job(calls: list[AwsCall], jobs: int) -> dict[str, dict[str, float]]:
    """Messages and invocations of each function."""
    return {
        service: {
            "messages": round(sum(c.messages for c in own) / jobs, 2),
            "invocations": round(sum(c.messages > 0 for c in own) / jobs, 2),
        }
        for service in SERVICES
        for own in [[call for call in calls if call.thread == service]]
    }


def measure(jobs: int, alone: int, options: CloudOptions) -> dict[str, Any]:
    published: Counter[str] = Counter()
    with recording() as recorder:
        cloud = LocalCloud(options)
        with cloud:
            run_alone(cloud, "warm-up", recorder)
            time.sleep(SETTLE_S)
            cloud.watch(lambda envelope: published.update([envelope["detail-type"]]))
            recorder.calls.clear()
            runs = [run_alone(cloud, f"alone-{n}", recorder) for n in range(alone)]
            time.sleep(SETTLE_S)
            calls = list(recorder.calls)
            events = {name: round(n / alone, 2) for name, n in sorted(published.items())}
            recorder.calls.clear()
            run_alone(cloud, "recorded", recorder)
            time.sleep(SETTLE_S)
            one_job = list(recorder.calls)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCloud(replace(options, state_dir=Path(folder))) as cloud,
    ):
        batches = [run_batch(cloud, max(1, jobs // 4)), run_batch(cloud, jobs)]
    floor = floor_cpu_s(one_job, alone, options)
    few, many = (batch.cpu_s / batch.jobs for batch in batches)
    return {
        "captures one after the other": {"captures": alone, **latencies(runs)},
        "captures at once": [batch.figures() for batch in batches],
        "CPU per job, all / a quarter": round(many / few, 2),
        "floor": {**floor, "ours / floor": round(many / floor["cpu_s_per_job"], 2)},
        "events published per job": events,
        "messages per job": messages_per_job(calls, alone),
        "AWS calls per job": calls_per_job(calls, alone),
        "status view bytes, largest": largest_view_bytes(calls),
    }


def largest_view_bytes(calls: list[AwsCall]) -> int:
    """The item that notify rewrites at every event."""
    puts = [
        put["Put"]["Item"]
        for call in calls
        if call.operation == "TransactWriteItems"
        for put in call.parameters["TransactItems"][:1]
    ]
    return max(len(json.dumps(item)) for item in puts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--jobs", type=int, default=1000, help="captures at once")
    parser.add_argument("--alone", type=int, default=40, help="captures one after the other")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out" / "bench" / "bus.json")
    asked = parser.parse_args()
    logging.getLogger("spaceport").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        runner = FunctionRunner(quick_job)
        options = CloudOptions(Path(folder), quotas={}, runner=runner, sweep_interval_s=300.0)
        figures = measure(asked.jobs, asked.alone, options)
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps({**figures, "machine": machine}, indent=2) + "\n")
    shown = {name: value for name, value in figures.items() if "calls" not in name}
    print(json.dumps(shown, indent=2))


if __name__ == "__main__":
    main()
