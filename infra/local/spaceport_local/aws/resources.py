"""Create what the topology lists, through the ordinary AWS API."""

import json
from email.utils import parseaddr
from typing import Any, Protocol

from spaceport_local.account import MAIL_SENDER
from spaceport_topology.wiring import QueueSpec, RuleSpec, Topology


class Clients(Protocol):
    """Where clients come from."""

    def client(self, service: str) -> Any:
        """A boto3 client."""


def create_stores(topology: Topology, clients: Clients) -> None:
    """What holds data from earlier runs, and the sender of mail, without which SES sends none."""
    clients.client("s3").create_bucket(Bucket=topology.bucket)
    dynamodb = clients.client("dynamodb")
    for table in topology.tables:
        dynamodb.create_table(TableName=table.name, **table.definition)
    events = clients.client("events")
    bus_arn = events.create_event_bus(Name=topology.bus)["EventBusArn"]
    events.create_archive(ArchiveName=topology.archive, EventSourceArn=bus_arn)
    _, address = parseaddr(MAIL_SENDER)
    clients.client("ses").verify_email_identity(EmailAddress=address)


def create_wiring(topology: Topology, clients: Clients) -> dict[str, str]:
    """Queues and rules, which set things in motion; returns the queues' URLs by name."""
    sqs = clients.client("sqs")
    urls = {queue.name: _create_queue(queue, sqs) for queue in topology.queues}
    events = clients.client("events")
    for rule in topology.rules:
        _create_rule(rule, _arn(sqs, urls[rule.queue]), events)
    return urls


def _create_queue(queue: QueueSpec, sqs: Any) -> str:
    dead_letter = sqs.create_queue(QueueName=queue.dead_letter_name)["QueueUrl"]
    redrive = {
        "deadLetterTargetArn": _arn(sqs, dead_letter),
        "maxReceiveCount": queue.max_receive_count,
    }
    attributes = {
        "VisibilityTimeout": str(queue.visibility_timeout_s),
        "RedrivePolicy": json.dumps(redrive),
    }
    url: str = sqs.create_queue(QueueName=queue.name, Attributes=attributes)["QueueUrl"]
    return url


def _create_rule(rule: RuleSpec, queue_arn: str, events: Any) -> None:
    events.put_rule(Name=rule.name, EventBusName=rule.bus, EventPattern=json.dumps(rule.pattern))
    targets = [{"Id": "queue", "Arn": queue_arn}]
    events.put_targets(Rule=rule.name, EventBusName=rule.bus, Targets=targets)


def _arn(sqs: Any, url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = answer["Attributes"]["QueueArn"]
    return arn
