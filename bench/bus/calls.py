"""Every AWS call that this process makes, seen where all boto3 clients pass through."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.client import BaseClient


@dataclass(frozen=True)
class AwsCall:
    """One call: which API, with what, by which thread (pollers bear their service's name)."""

    service: str
    operation: str
    parameters: dict[str, Any]
    thread: str
    began_s: float
    ended_s: float
    messages: int

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"

    @property
    def is_idle(self) -> bool:
        """A poll that found nothing."""
        return self.operation == "ReceiveMessage" and not self.messages


class Recorder:
    """Notes calls while it is switched on."""

    def __init__(self) -> None:
        self.calls: list[AwsCall] = []

    def note(self, client: Any, operation: str, parameters: dict[str, Any], make: Any) -> Any:
        began_s = time.time()
        answer: dict[str, Any] = {}
        try:
            answer = make(client, operation, parameters)
            return answer
        finally:
            self.calls.append(
                AwsCall(
                    service=client.meta.service_model.service_name,
                    operation=operation,
                    parameters=parameters,
                    thread=threading.current_thread().name,
                    began_s=began_s,
                    ended_s=time.time(),
                    messages=len(answer.get("Messages", ())),
                )
            )


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record every call of every client until the end of the block."""
    recorder = Recorder()
    every_client: Any = BaseClient
    make: Callable[..., Any] = every_client._make_api_call

    def noted(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        return recorder.note(self, operation_name, api_params, make)

    every_client._make_api_call = noted
    try:
        yield recorder
    finally:
        every_client._make_api_call = make
