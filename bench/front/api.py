"""What the HTTP API costs beside a bare handler, and how it answers many at once.

    python -m bench.front.api [--requests 400] [--clients 50] [--out out/bench/api.json]

1. Requests per CPU second: GET /jobs/{id} and POST /start-job as API Gateway hands them to the
   services' functions, with everything behind them (shell, checks, limits, DynamoDB, S3), against
   a powertools handler that checks nothing and returns a constant. `all` is the CPU of this
   process, in which AWS's stand-in runs too; `function` that of the function's thread, boto3
   included, as a Lambda function would spend it.
2. Latency of GET /jobs/{id} over HTTP, p50 and p99, for one client and for many at once, who are
   a process of their own and send the same number of requests in all.
"""

import argparse
import http.client
import io
import json
import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from PIL import Image

from bench.quick import quick_job
from spaceport_ingest import handler as ingest
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.http.signin import OWNER
from spaceport_local.sagemaker.runner import FunctionRunner
from spaceport_notify import handler as notify

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = "captures/bench.zip"
PHOTOS = 4
PATIENCE_S = 300.0
UNLIMITED = {f"SPACEPORT_API_{kind}_PER_MINUTE": "1000000000" for kind in ("READS", "CHANGES")}


@dataclass(frozen=True)
class Rates:
    """Requests per CPU second: of the whole process, and of the thread that runs the function."""

    all: float
    function: float


def capture() -> bytes:
    """A zip of photos that are told apart."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(PHOTOS):
            photo = io.BytesIO()
            Image.effect_noise((320, 240), 40 + number).convert("RGB").save(photo, "JPEG")
            archive.writestr(f"p{number}.jpg", photo.getvalue())
    return stream.getvalue()


def event(method: str, path: str, body: Any = None) -> dict[str, Any]:
    """As API Gateway's HTTP API hands it over, signed in."""
    claims = {"jwt": {"claims": {"sub": OWNER}}}
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"} if body else {},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "authorizer": claims,
        },
        "isBase64Encoded": False,
    }
    return {**made, "body": json.dumps(body)} if body else made


def bare() -> Callable[[dict[str, Any], Any], Any]:
    """The rival: a route that returns a constant."""
    app = APIGatewayHttpResolver()

    @app.get("/jobs/<job_id>")
    def get_job(job_id: str) -> dict[str, str]:
        return {"job_id": "constant", "status": "delivered"}

    return app.resolve


def per_cpu_s(resolve: Callable[..., Any], asked: dict[str, Any], requests: int) -> Rates:
    """After a first one that imports and connects."""
    assert resolve(asked, None)["statusCode"] in (200, 202)
    before_s, own_before_s = cpu_s(), time.thread_time()
    for _ in range(requests):
        resolve(asked, None)
    return Rates(
        round(requests / (cpu_s() - before_s), 1),
        round(requests / (time.thread_time() - own_before_s), 1),
    )


def cpu_s() -> float:
    """User and system, of all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def delivered(cloud: LocalCloud, started: dict[str, Any]) -> str:
    """The job of a request to start one, when it is delivered."""
    answer = ingest.on_request(started, None)
    job_id = str(json.loads(answer["body"])["jobId"])
    asked, deadline_s = event("GET", f"/jobs/{job_id}"), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        status = json.loads(notify.on_request(asked, None)["body"]).get("status")
        if status == "delivered":
            return job_id
        time.sleep(0.2)
    raise RuntimeError(f"job {job_id} was not delivered on {cloud.api_url}")


def latencies(cloud: LocalCloud, job_id: str, requests: int, clients: int) -> dict[str, float]:
    """p50 and p99 in milliseconds, as a process with `clients` threads sees them."""
    told = {"url": cloud.api_url, "token": cloud.token, "path": f"/jobs/{job_id}"}
    typed = [sys.executable, "-m", "bench.front.api", "--requests", str(requests)]
    typed += ["--clients", str(clients), "--as-client"]
    done = subprocess.run(
        typed, input=json.dumps(told), capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def be_client(told: dict[str, str], requests: int, clients: int) -> dict[str, float]:
    """Send requests from threads with a connection each."""

    def ask(share: int) -> list[float]:
        connection = http.client.HTTPConnection(told["url"].removeprefix("http://").rstrip("/"))
        headers, waited_ms = {"Authorization": f"Bearer {told['token']}"}, list[float]()
        for _ in range(share):
            began_s = time.perf_counter()
            connection.request("GET", told["path"], headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the API answered {answer.status}")
            waited_ms.append(1000 * (time.perf_counter() - began_s))
        return waited_ms

    with ThreadPoolExecutor(clients) as pool:
        shares = pool.map(ask, [-(-requests // clients)] * clients)
        every = [each for share in shares for each in share]
    cuts = statistics.quantiles(every, n=100)
    return {"p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}


def measure(requests: int, clients: int) -> dict[str, Any]:
    """All figures, in one run."""
    wanted = {"s3Url": f"s3://spaceport/{KEY}", "email": "a@example.org", "pipelineStep": "sfm"}
    start = event("POST", "/start-job", wanted)
    with tempfile.TemporaryDirectory() as folder:
        options = CloudOptions(
            Path(folder), runner=FunctionRunner(quick_job), quotas={}, variables=UNLIMITED
        )
        with LocalCloud(options) as cloud:
            cloud.client("s3").put_object(Bucket=cloud.bucket, Key=KEY, Body=capture())
            job_id = delivered(cloud, start)
            get = event("GET", f"/jobs/{job_id}")
            rates = {
                "bare": per_cpu_s(bare(), get, requests),
                "get_job": per_cpu_s(notify.on_request, get, requests),
                "start_job": per_cpu_s(ingest.on_request, start, requests),
            }
            return {
                "requests_per_cpu_s": {name: asdict(rate) for name, rate in rates.items()},
                "get_job_of_bare": round(rates["get_job"].function / rates["bare"].function, 4),
                "start_job_of_bare": round(rates["start_job"].function / rates["bare"].function, 4),
                "one_client": latencies(cloud, job_id, requests, 1),
                f"{clients}_clients": latencies(cloud, job_id, requests, clients),
            }


def main() -> int:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--as-client", action="store_true", help=argparse.SUPPRESS)
    typed = parser.parse_args()
    logging.disable(logging.ERROR)
    if typed.as_client:
        told = json.load(sys.stdin)
        sys.stdout.write(json.dumps(be_client(told, typed.requests, typed.clients)))
        return 0
    figures = measure(typed.requests, typed.clients)
    text = json.dumps(figures, indent=1)
    sys.stdout.write(text + "\n")
    if typed.out:
        typed.out.parent.mkdir(parents=True, exist_ok=True)
        typed.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
