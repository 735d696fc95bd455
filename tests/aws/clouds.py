"""Both clouds in one form: what the template declares, and what the embedded cloud has made."""

import json
from typing import Any

import boto3
from moto import mock_aws

from spaceport_local.aws.resources import create_stores, create_wiring
from spaceport_runtime.service import Service
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import Topology, build_topology
from tests.aws.templates import Assembly, flat

Cloud = dict[str, Any]
BUCKET = "the-bucket"
TABLE_KEYS = (
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)


def declared(assembly: Assembly, services: tuple[Service, ...] = SERVICES) -> Cloud:
    """The cloud that the templates declare."""
    names = {service.name.capitalize(): service.name for service in services}
    cloud: Cloud = {"queues": {}, "rules": {}, "schedules": {}, "routes": {}, "functions": {}}
    for stack, template in assembly.templates.items():
        service = names.get(stack.rsplit("-", 1)[1])
        for resource in template["Resources"].values():
            if service or stack.endswith("-Foundation"):
                _read(cloud, service, flat(resource["Properties"]), resource["Type"], template)
    return cloud


def _read(cloud: Cloud, service: str | None, found: Any, kind: str, template: Any) -> None:
    match kind:
        case "AWS::Events::EventBus":
            cloud["bus"] = found["Name"]
        case "AWS::Events::Archive":
            cloud["archive"] = found["ArchiveName"]
        case "AWS::SQS::Queue":
            cloud["queues"][found["QueueName"]] = _queue(found, template)
        case "AWS::Events::Rule":
            cloud["rules"][found["Name"].removeprefix("spaceport-")] = _rule(found, template)
        case "AWS::Scheduler::Schedule":
            cloud["schedules"][service] = found["ScheduleExpression"]
        case "AWS::ApiGatewayV2::Route":
            cloud["routes"][found["RouteKey"]] = service
        case "AWS::DynamoDB::Table":
            table = {key: found[key] for key in TABLE_KEYS if key in found}
            cloud.setdefault("tables", {})[found["TableName"]] = table
        case "AWS::Lambda::Function":
            cloud["functions"][found["Handler"]] = found["Timeout"]


def _referred(template: Any, text: str) -> str:
    """`${Queue123.Arn}` -> the name of that queue."""
    logical = text.removeprefix("${").split(".")[0]
    return str(template["Resources"][logical]["Properties"]["QueueName"])


def _queue(found: Any, template: Any) -> dict[str, Any]:
    redrive = found.get("RedrivePolicy")
    if redrive is None:
        return {}
    return {
        "visibility_s": found["VisibilityTimeout"],
        "dead_letters": _referred(template, redrive["deadLetterTargetArn"]),
        "max_receive": redrive["maxReceiveCount"],
    }


def _rule(found: Any, template: Any) -> dict[str, Any]:
    text = json.dumps(found["EventPattern"]).replace(
        "spaceport-${AWS::AccountId}-eu-central-1", BUCKET
    )
    targets = [_referred(template, target["Arn"]) for target in found["Targets"]]
    return {"bus": found["EventBusName"], "pattern": json.loads(text), "targets": targets}


class _Clients:
    def client(self, service: str) -> Any:
        session: Any = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        )
        return session.client(service)


def embedded(services: tuple[Service, ...] = SERVICES) -> Cloud:
    """The cloud that the embedded cloud's own start-up makes, read back by the AWS API."""
    topology = build_topology(services, BUCKET)
    with mock_aws():
        clients = _Clients()
        create_stores(topology, clients)
        urls = create_wiring(topology, clients)
        return {
            "bus": topology.bus,
            "archive": clients.client("events").list_archives()["Archives"][0]["ArchiveName"],
            "queues": _made_queues(clients.client("sqs")),
            "rules": _made_rules(topology, clients.client("events"), urls),
            "tables": _made_tables(topology, clients.client("dynamodb")),
            "schedules": {
                spec.service: f"rate({spec.every_s // 60} minutes)" for spec in topology.schedules
            },
            "routes": {f"{spec.method} {spec.path}": spec.service for spec in topology.routes},
            "functions": _entries(topology),
        }


def _made_queues(sqs: Any) -> dict[str, Any]:
    queues: dict[str, Any] = {}
    for url in sqs.list_queues()["QueueUrls"]:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(found.get("RedrivePolicy", "null"))
        queues[url.rsplit("/", 1)[1]] = redrive and {
            "visibility_s": int(found["VisibilityTimeout"]),
            "dead_letters": redrive["deadLetterTargetArn"].rsplit(":", 1)[1],
            "max_receive": int(redrive["maxReceiveCount"]),
        }
    return {name: queue or {} for name, queue in queues.items()}


def _made_rules(topology: Topology, events: Any, _urls: dict[str, str]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for bus in (topology.bus, "default"):
        for found in events.list_rules(EventBusName=bus)["Rules"]:
            if "EventPattern" not in found or found["Name"].startswith("Events-Archive"):
                continue
            targets = events.list_targets_by_rule(Rule=found["Name"], EventBusName=bus)["Targets"]
            rules[found["Name"]] = {
                "bus": bus,
                "pattern": json.loads(found["EventPattern"]),
                "targets": [target["Arn"].rsplit(":", 1)[1] for target in targets],
            }
    return rules


def _made_tables(topology: Topology, dynamodb: Any) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for spec in topology.tables:
        found = dynamodb.describe_table(TableName=spec.name)["Table"]
        tables[spec.name] = {key: _as_asked(found[key]) for key in TABLE_KEYS if found.get(key)}
    return tables


def _as_asked(indexes: Any) -> Any:
    """An index as it was asked for, without what AWS adds."""
    asked = ("IndexName", "KeySchema", "Projection")
    return [
        {key: value for key, value in index.items() if key in asked}
        if "IndexName" in index
        else index
        for index in indexes
    ]


def _entries(topology: Topology) -> dict[str, int]:
    """Every entry point that the embedded cloud calls, and how long it may take."""
    timeouts = {spec.service: spec.timeout_s for spec in topology.functions}
    modules = {spec.service: spec.module for spec in topology.functions}
    entries = {
        f"{spec.module}.on_message": spec.timeout_s for spec in topology.functions if spec.queue
    }
    entries |= {
        f"{modules[spec.service]}.on_sweep": timeouts[spec.service] for spec in topology.schedules
    }
    return entries | {f"{modules[spec.service]}.on_request": 29 for spec in topology.routes}
