"""The AWS template itself, deployed into the real LocalStack and driven: upload -> splat -> mail.

The functions are the Lambda bundles, fed by event source mappings; the jobs run in the local
SageMaker, quick ones here. Left out is what LocalStack 4.9.2 does not have: HTTP API, ECR, SES's
configuration sets; the API's function is invoked as API Gateway would.
"""

import hashlib
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from bench.quick import quick_job
from botocore.config import Config

from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_local.environment import aws_environment, job_environment
from spaceport_local.hosted import LOCALSTACKS_KEYS
from spaceport_local.http.server import WebServer
from spaceport_local.sagemaker.lifecycle import Machine
from spaceport_local.sagemaker.notices import Notices
from spaceport_local.sagemaker.runner import FunctionRunner
from spaceport_local.sagemaker.service import SageMaker
from spaceport_local.sagemaker.wire import SageMakerEndpoint
from tests.http_requests import ADA, claims
from tests.localstack.cloudformation import ACCOUNT, REGION, deploy, missing, synthesise
from tests.localstack.server import is_installed, running_localstack
from tests.localstack.test_localstack import photo

pytestmark = [
    pytest.mark.localstack,
    pytest.mark.slow,
    pytest.mark.skipif(
        not is_installed(), reason="LocalStack is not installed; `make test-localstack` does that"
    ),
]
BUCKET = f"spaceport-{ACCOUNT}-{REGION}"
PATIENCE_S = 240.0
QUOTAS = {"ml.c6i.2xlarge": 1, "ml.g4dn.xlarge": 1, "ml.c6i.4xlarge": 2}


class Deployed:
    """The stacks in LocalStack, and the local SageMaker beside it."""

    def __init__(self, endpoint: str, jobs_url: str, sagemaker: SageMaker, out: Path) -> None:
        self.endpoint, self.jobs_url = endpoint, jobs_url
        self.sagemaker, self.out = sagemaker, out

    def client(self, service: str) -> Any:
        return client_of(self.endpoint, service)

    def ask(
        self, function: str, route: str, body: dict[str, str] | None = None, **parameters: str
    ) -> dict[str, Any]:
        """A request as API Gateway passes it to a service's function."""
        method, _, path = route.format(**parameters).partition(" ")
        event = {
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"host": "api.example.com", "content-type": "application/json"},
            "body": json.dumps(body) if body else None,
            "pathParameters": parameters,
            "isBase64Encoded": False,
            "requestContext": {
                "domainName": "api.example.com",
                "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
                "requestId": "r",
                "authorizer": claims(ADA),
                "stage": "$default",
            },
        }
        answer = self.client("lambda").invoke(
            FunctionName=f"spaceport-{function}-request", Payload=json.dumps(event)
        )
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found


def client_of(endpoint: str, service: str) -> Any:
    session: Any = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
    )
    config = Config(s3={"addressing_style": "path"}, read_timeout=120)
    return session.client(service, endpoint_url=endpoint, config=config)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("cloudformation")
    sagemaker = SageMaker(folder, QUOTAS)
    server = WebServer(SageMakerEndpoint(sagemaker))
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAMBDA_RUNTIME_EXECUTOR", "process")
        patch.setenv("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC", "0.1")
        patch.setenv("SPACEPORT_SAGEMAKER_URL", server.url)
        with running_localstack(folder / "localstack.log") as endpoint:
            environment = job_environment(aws_environment(endpoint, server.url, LOCALSTACKS_KEYS))
            sagemaker.machine = Machine(
                s3=client_of(endpoint, "s3"),
                runner=FunctionRunner(quick_job),
                announce=Notices(client_of(endpoint, "events")),
                environment=environment,
                checkpoint_interval_s=5.0,
                stop_grace_s=10.0,
                machine_grace_s=10.0,
            )
            out = synthesise(folder)
            client_of(endpoint, "ses").verify_email_identity(EmailAddress="splats@example.com")
            deploy(out, lambda service: client_of(endpoint, service))
            try:
                yield Deployed(endpoint, server.url, sagemaker, out)
            finally:
                sagemaker.close()
                server.stop()


def test_localstack_made_all_that_the_templates_hold(deployed: Deployed) -> None:
    assert missing(deployed.out, deployed.client) == set()
    (archive,) = deployed.client("events").list_archives()["Archives"]
    assert archive["ArchiveName"] == "spaceport-archive"


def test_an_upload_ends_in_a_splat_and_a_mail(deployed: Deployed) -> None:
    job_id = upload(deployed)
    wanted = [f"{stage}-{job_id}-01" for stage in ("sfm", "train", "compress")]
    eventually(lambda: sorted(deployed.sagemaker.names()) == sorted(wanted))
    eventually(lambda: status_of(deployed, job_id).get("status") == "delivered")
    eventually(lambda: mails(deployed.endpoint, "through-cloudformation") >= 1)
    assert dead_letters(deployed) == {}


def test_a_job_runs_in_its_stages_own_role_and_machine(deployed: Deployed) -> None:
    jobs = client_of(deployed.jobs_url, "sagemaker")
    roles = {
        name.split("-")[0]: jobs.describe_processing_job(ProcessingJobName=name)["RoleArn"]
        for name in deployed.sagemaker.names()
        if name.startswith(("sfm-", "compress-"))
    }
    assert "Sfm-JobRole" in roles["sfm"]
    assert "Compress-JobRole" in roles["compress"]


def upload(deployed: Deployed) -> str:
    s3, name = deployed.client("s3"), "through-cloudformation"
    photos = []
    for n in range(4):
        content, key = photo(n), f"{n:04d}.jpg"
        s3.put_object(Bucket=BUCKET, Key=f"uploads/{name}/photos/{key}", Body=content)
        digest = hashlib.sha256(content).hexdigest()
        photos.append(UploadedPhoto(name=key, key=key, bytes=len(content), sha256=digest))
    manifest = UploadManifest(title=name, email="ann@example.com", photos=tuple(photos))
    key = f"uploads/{name}/manifest.json"
    answer = s3.put_object(Bucket=BUCKET, Key=key, Body=manifest.model_dump_json().encode())
    wanted = {"s3Url": f"s3://{BUCKET}/{key}", "etag": answer["ETag"].strip('"')}
    found = deployed.ask("ingest", "POST /find-job", wanted)
    return str(json.loads(found["body"])["jobId"])


def eventually(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not happen in time"
        time.sleep(0.5)


def mails(endpoint: str, subject: str) -> int:
    with urllib.request.urlopen(f"{endpoint}/_aws/ses", timeout=10) as answer:
        return sum(subject in json.dumps(mail) for mail in json.load(answer)["messages"])


def status_of(deployed: Deployed, job_id: str) -> dict[str, Any]:
    answer = deployed.ask("notify", "GET /jobs/{job_id}", job_id=job_id)
    found: dict[str, Any] = json.loads(answer["body"]) if answer["statusCode"] == 200 else {}
    return found


def dead_letters(deployed: Deployed) -> dict[str, int]:
    sqs, depths = deployed.client("sqs"), {}
    for url in sqs.list_queues(QueueNamePrefix="spaceport-")["QueueUrls"]:
        if url.endswith("-dlq"):
            name = "ApproximateNumberOfMessages"
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
            depths[url.rsplit("/", 1)[1]] = int(found[name])
    return {name: depth for name, depth in depths.items() if depth}
