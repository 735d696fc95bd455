"""`spaceport redrive`: show what lies in a dead-letter queue, and give it another chance."""

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.prompt import Confirm

from spaceport_cli.cloud.access import require_running
from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.show.sentences import count_of
from spaceport_cli.show.voice import say
from spaceport_runtime.aws.queue import REASON_ATTRIBUTE
from spaceport_runtime.consume import TRIES_ATTRIBUTE
from spaceport_runtime.errors import UserError
from spaceport_runtime.service import DLQ_SUFFIX

HOLD_S = 600
REASON_CHARACTERS = 160
NOT_CARRIED_OVER = (REASON_ATTRIBUTE, TRIES_ATTRIBUTE)


@dataclass(frozen=True)
class DeadLetter:
    """A message that its service gave up on."""

    body: str
    receipt: str
    attributes: dict[str, Any]

    def describe(self) -> str:
        """Event, job and reason on one line."""
        try:
            envelope = json.loads(self.body)
            event = str(envelope["detail-type"])
            job_id = str(envelope["detail"].get("job_id", "no job"))
        except (ValueError, KeyError, TypeError, AttributeError):
            event, job_id = "not an event", "no job"
        told = self.attributes.get(REASON_ATTRIBUTE, {}).get("StringValue", "")
        told = told or "its handler failed every time it was tried"
        reason = shorten(told, REASON_CHARACTERS, placeholder=" ...")
        return f"{event}  {job_id}  {reason}"


def redrive(service: str, state_dir: Path, is_agreed: bool, console: Console) -> int:
    """Show the dead letters of a service and, when the user agrees, send them again."""
    client = require_running(state_dir).client("sqs")
    dead_url, queue_url = _urls(client, service)
    letters = take_all(client, dead_url)
    if not letters:
        say(console, f"The dead-letter queue of {service} is empty.")
        return EXIT_DONE
    for letter in letters:
        say(console, letter.describe())
    messages = count_of(len(letters), "message")
    try:
        if not (is_agreed or _agrees(f"Send {messages} to {service} again?", console)):
            say(console, "Nothing was sent.")
            return EXIT_DONE
        while letters:
            _send_again(client, letters[0], queue_url, dead_url)
            letters.pop(0)
    finally:
        _put_back(client, dead_url, letters)
    say(console, f"{messages} sent to {service} again.")
    return EXIT_DONE


def _agrees(question: str, console: Console) -> bool:
    try:
        return Confirm.ask(question, console=console, default=False)
    except EOFError as error:
        raise UserError("There is nobody here to ask.", "Say --yes to send them.") from error


def _urls(client: Any, service: str) -> tuple[str, str]:
    urls = client.list_queues(QueueNamePrefix="spaceport-").get("QueueUrls", [])
    by_name = {url.rsplit("/", 1)[1]: url for url in urls}
    name = f"spaceport-{service}"
    if name not in by_name or name + DLQ_SUFFIX not in by_name:
        queues = sorted(queue for queue in by_name if queue + DLQ_SUFFIX in by_name)
        services = ", ".join(queue.removeprefix("spaceport-") for queue in queues)
        raise UserError(f"There is no service '{service}'.", f"Choose one of {services}.")
    return by_name[name + DLQ_SUFFIX], by_name[name]


def take_all(client: Any, queue_url: str) -> list[DeadLetter]:
    """Every message of the queue, hidden from others while the user thinks."""
    letters: list[DeadLetter] = []
    while True:
        answer = client.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HOLD_S,
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return letters
        letters += [
            DeadLetter(m["Body"], m["ReceiptHandle"], m.get("MessageAttributes", {}))
            for m in messages
        ]


def _send_again(client: Any, letter: DeadLetter, queue_url: str, dead_url: str) -> None:
    """Send first, delete second: a crash between the two doubles a message and loses none."""
    kept = {
        name: {"DataType": value["DataType"], "StringValue": value["StringValue"]}
        for name, value in letter.attributes.items()
        if name not in NOT_CARRIED_OVER and "StringValue" in value
    }
    client.send_message(QueueUrl=queue_url, MessageBody=letter.body, MessageAttributes=kept)
    client.delete_message(QueueUrl=dead_url, ReceiptHandle=letter.receipt)


def _put_back(client: Any, dead_url: str, letters: list[DeadLetter]) -> None:
    for letter in letters:
        client.change_message_visibility(
            QueueUrl=dead_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )
