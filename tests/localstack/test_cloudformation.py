"""The AWS template itself, deployed into the real LocalStack and driven: upload -> splat -> mail.

The functions are the Lambda bundles, fed by event source mappings; the jobs run in the local
SageMaker, quick ones here. What LocalStack 4.9.2 does not have is left out by name: HTTP API,
Cognito, CloudFront, ECR, dashboards, budgets, configuration sets of SES; functions are invoked as
API Gateway would.
"""

import hashlib
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from bench.quick import quick_job
from botocore.config import Config
from localstack_client.session import Session
from rich.console import Console

from spaceport_cli.cloud.access import Api
from spaceport_cli.deployment.jobs import jobs
from spaceport_cli.deployment.logs import LogOptions, logs
from spaceport_cli.deployment.run import run_on
from spaceport_cli.deployment.where import find_deployment
from spaceport_cli.photos.upload import Wishes
from spaceport_cli.run.run import RunOptions
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_local.environment import aws_environment, job_environment
from spaceport_local.hosted import LOCALSTACKS_KEYS
from spaceport_local.http.frontdoor import FrontDoor
from spaceport_local.http.pages import Pages
from spaceport_local.http.server import WebServer
from spaceport_local.http.signin import SignIn
from spaceport_local.sagemaker.lifecycle import Machine
from spaceport_local.sagemaker.notices import Notices
from spaceport_local.sagemaker.runner import FunctionRunner
from spaceport_local.sagemaker.service import SageMaker
from spaceport_local.sagemaker.wire import SageMakerEndpoint
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import build_topology
from tests.http_requests import ADA, claims
from tests.localstack.cloudformation import (
    ACCOUNT,
    REGION,
    deploy,
    left_out,
    missing,
    synthesise,
)
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
        self, function: str, route: str, body: dict[str, Any] | None = None, **parameters: str
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
    session = Session(localstack_host=endpoint.removeprefix("http://"))
    config = Config(s3={"addressing_style": "path"}, read_timeout=120)
    return session.client(service, config=config)


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


def test_what_localstack_cannot_hold_is_known_by_name(deployed: Deployed) -> None:
    assert left_out(deployed.out) == {
        "Foundation": {
            "AWS::SES::ConfigurationSet",
            "AWS::SES::ConfigurationSetEventDestination",
        },
        "Api": {
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Authorizer",
            "AWS::ApiGatewayV2::Stage",
            "AWS::Cognito::UserPool",
            "AWS::Cognito::UserPoolClient",
            "AWS::Cognito::UserPoolDomain",
            "AWS::SSM::Parameter",  # they tell the API's and the pool's ids
        },
        **{part: {"AWS::ECR::Repository"} for part in ("Sfm", "Train", "Compress")},
        **{
            part: {"AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route"}
            for part in ("Ingest", "Notify", "Dronepath")
        },
        "Web": {
            "AWS::CloudFront::Distribution",
            "AWS::CloudFront::Function",
            "AWS::CloudFront::OriginAccessControl",
            "AWS::CloudFront::ResponseHeadersPolicy",
            "AWS::S3::BucketPolicy",  # the site's, which names its only reader
            "AWS::SSM::Parameter",  # the distribution's id
        },
        "Watch": {
            "AWS::Budgets::Budget",
            "AWS::CloudWatch::Dashboard",
            "AWS::Logs::ResourcePolicy",
        },
    }


def test_every_service_has_its_alarms_and_they_ring(deployed: Deployed) -> None:
    cloudwatch = deployed.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="spaceport-")
    alarms = {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    assert len(alarms) == len(alarms_of(deployed.out))
    alarm = alarms["spaceport-compress-dead-letters"]
    topic = deployed.client("sns").list_topics()["Topics"][0]["TopicArn"]
    assert alarm["AlarmActions"] == [topic]
    heard = hear(deployed, topic)
    cloudwatch.set_alarm_state(
        AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="a drill"
    )
    eventually(lambda: "spaceport-compress-dead-letters" in heard())


def alarms_of(out: Path) -> set[str]:
    """The names of all alarms that the templates hold."""
    templates = [json.loads(path.read_text()) for path in out.glob("*.template.json")]
    return {
        item["Properties"]["AlarmName"]
        for template in templates
        for item in template["Resources"].values()
        if item["Type"] == "AWS::CloudWatch::Alarm"
    }


def hear(deployed: Deployed, topic: str) -> Callable[[], str]:
    """What is said at the topic, as it comes into a queue."""
    sqs = deployed.client("sqs")
    url = sqs.create_queue(QueueName="hears-alarms")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:hears-alarms"
    deployed.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def heard() -> str:
        return json.dumps(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10))

    return heard


def test_the_real_bundle_plans_a_flight(deployed: Deployed) -> None:
    ring = [[8.0, 50.0], [8.002, 50.0], [8.002, 50.001], [8.0, 50.001], [8.0, 50.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    wanted = {"area": area, "pattern": "grid", "camera": "mavic3e"}
    answer = deployed.ask("dronepath", "POST /drone-path", wanted)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["planId"]


@pytest.fixture(scope="module")
def gateway(deployed: Deployed) -> Iterator[Api]:
    """The HTTP API that LocalStack lacks: routes and claims as API Gateway has them, and behind
    them the deployed functions."""
    functions: Any = {
        service.name: Invoked(deployed, service.name) for service in SERVICES if service.api
    }
    routes = build_topology(SERVICES).routes
    token = "a-token"
    pages = Pages(Path("/nonexistent"))
    server = WebServer(FrontDoor(routes, functions, SignIn(token), pages))
    server.start()
    yield find_deployment(server.url, {"SPACEPORT_TOKEN": token})
    server.stop()


class Invoked:
    """A service's deployed function for requests."""

    def __init__(self, deployed: Deployed, service: str) -> None:
        self._deployed, self._name = deployed, f"spaceport-{service}-request"

    def on_request(self, event: dict[str, Any]) -> dict[str, Any]:
        answer = self._deployed.client("lambda").invoke(
            FunctionName=self._name, Payload=json.dumps(event)
        )
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found


def test_the_command_runs_on_it_and_shows_its_jobs_and_logs(
    deployed: Deployed, gateway: Api, tmp_path: Path
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for n in range(4):
        (photos / f"{n}.jpg").write_bytes(photo(100 + n))
    console = Console(file=StringIO(), width=200)
    wishes = Wishes(Quality.DRAFT, None, "from a terminal")
    assert run_on(gateway, RunOptions(photos, out, wishes), console) == 0, told(console)
    assert (out / "scene.sog").is_file()
    assert (out / "report.html").is_file()
    job_id = next(line.split()[1] for line in told(console) if line.startswith("job "))

    listing = Console(file=StringIO(), width=200)
    assert jobs(client_of(deployed.jobs_url, "sagemaker"), "spaceport", 1, listing) == 0
    mine = [line.split() for line in told(listing) if line.startswith(job_id)]
    assert {cells[2] for cells in mine} == {"sfm", "train", "compress"}

    def logged() -> str:
        log = Console(file=StringIO(), width=200)
        options = LogOptions(job_id, "spaceport", 1.0, follow=False)
        assert logs(deployed.client("logs"), options, log) == 0
        return "\n".join(told(log))

    eventually(lambda: "SplatCompressed attempt 1" in logged())
    assert "correlation id" in logged()


def told(console: Console) -> list[str]:
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.splitlines()


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
