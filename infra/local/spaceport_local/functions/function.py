"""The services' Lambda handlers, hosted in this process."""

import importlib
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from spaceport_local.account import ACCOUNT, REGION
from spaceport_topology.wiring import FunctionSpec

Entry = Callable[[dict[str, Any], Any], Any]


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda passes beside the event, as far as powertools uses it."""

    function_name: str
    timeout_s: int
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1024
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_s: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where CloudWatch would keep its log."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """One instance, one stream."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda would end the call."""
        left_s = self.timeout_s - (time.monotonic() - self.started_s)
        return max(0, round(left_s * 1000))


class Function:
    """One service's handlers, freshly started."""

    _cold_start = threading.Lock()

    def __init__(self, spec: FunctionSpec) -> None:
        self.name = spec.service
        self._timeout_s = spec.timeout_s
        self._module = _load(spec.module)
        self._warm: set[str] = set()

    def on_message(self, event: dict[str, Any]) -> Any:
        """Handle an SQS batch."""
        return self._invoke("on_message", event)

    def on_sweep(self) -> None:
        """Look after what hangs."""
        self._invoke("on_sweep", {})

    def on_request(self, event: dict[str, Any]) -> Any:
        """Answer an HTTP request."""
        return self._invoke("on_request", event)

    def _invoke(self, entry_name: str, event: dict[str, Any]) -> Any:
        entry: Entry = getattr(self._module, entry_name)
        context = LambdaContext(f"spaceport-{self.name}", self._timeout_s)
        if entry_name in self._warm:
            return entry(event, context)
        # The first call makes boto3 clients, and boto3's default session is not thread-safe.
        with self._cold_start:
            try:
                return entry(event, context)
            finally:
                self._warm.add(entry_name)


def _load(name: str) -> ModuleType:
    """A module as a new Lambda instance has it: nothing cached from an earlier cloud."""
    if name in sys.modules:
        return importlib.reload(sys.modules[name])
    return importlib.import_module(name)
