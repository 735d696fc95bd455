"""Lambda without Docker: each function's handler in a child process, its bundle on the path.

Chosen by LAMBDA_RUNTIME_EXECUTOR=process. The child sees the bundle and the standard library only,
so a bundle that is not whole fails here as it would on AWS.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar

from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
SAGEMAKER_URL = "SPACEPORT_SAGEMAKER_URL"


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment: a process that answers one invocation after the other."""

    def __init__(self, environment_id: str, function_version: Any) -> None:
        super().__init__(environment_id, function_version)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._log: list[str] = []

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process and wait until the handler is imported."""
        self._variables = {name: str(value) for name, value in env_vars.items()}
        self._spawn()

    def _spawn(self) -> None:
        code = str(self.function_version.config.code.get_unzipped_code_location())
        environment = {"PATH": os.environ["PATH"], **self._variables}
        environment |= {"LAMBDA_TASK_ROOT": code, "PYTHONPATH": code}
        if SAGEMAKER_URL in os.environ:
            environment["AWS_ENDPOINT_URL_SAGEMAKER"] = os.environ[SAGEMAKER_URL]
        reading, writing = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-u", str(BOOTSTRAP), str(writing)],
            cwd=code,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            text=True,
        )
        os.close(writing)
        self._answers = os.fdopen(reading)
        threading.Thread(target=self._keep_log, args=(self._process,), daemon=True).start()
        first = self._answers.readline()
        if not first or "error" in json.loads(first):
            raise RuntimeError(f"the function did not start: {first}{self.get_logs()[-2000:]}")

    def _keep_log(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self._log.extend(process.stdout)

    def stop(self) -> None:
        """End the process."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)

    def invoke(self, payload: dict[str, Any]) -> InvocationResult:
        """One invocation; a process that has ended is started anew, as AWS does."""
        with self._turn:
            assert self._process is not None
            if self._process.poll() is not None:
                self._spawn()
            begun, timeout_s = len(self._log), self.function_version.config.timeout
            line = self._ask({**payload, "timeout": timeout_s}, timeout_s)
            logs = "".join(self._log[begun:])
            if not line:
                told = f"Task timed out after {timeout_s:.2f} seconds, or its process ended"
                failure = json.dumps({"errorMessage": told, "errorType": "Sandbox.Timedout"})
                return InvocationResult(payload["invoke-id"], failure.encode(), True, logs)
            answer = json.loads(line)
            body = answer["payload"].encode()
            return InvocationResult(payload["invoke-id"], body, answer["failed"], logs)

    def _ask(self, payload: dict[str, Any], timeout_s: float) -> str:
        assert self._process is not None
        assert self._process.stdin is not None
        timer = threading.Timer(timeout_s, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(json.dumps(payload) + "\n")
            self._process.stdin.flush()
            return self._answers.readline()
        except BrokenPipeError:
            return ""
        finally:
            timer.cancel()

    def get_logs(self) -> str:
        """Everything that the function printed."""
        return "".join(self._log)

    def get_address(self) -> str:
        """Where the function runs."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Where the function finds LocalStack."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Unused: the process is spoken to through its pipes."""
        return "http://127.0.0.1/unused"

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:
        """Unpack the bundle."""
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: Any) -> None:
        """Nothing to clean: the code goes with the function."""


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """How LocalStack finds it."""

    name: ClassVar[str] = "process"

    def load(self, *_args: Any, **_kwargs: Any) -> type[RuntimeExecutor]:
        """The executor."""
        return ProcessRuntimeExecutor
