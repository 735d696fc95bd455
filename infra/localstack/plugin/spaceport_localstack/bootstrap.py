"""The child process of `executor.py`: import the handler, then answer line by line."""

import importlib
import json
import os
import sys
import time
import traceback
from typing import Any, TextIO


class Context:
    """What Lambda passes beside the event."""

    def __init__(self, call: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.aws_request_id = call["invoke-id"]
        self.invoked_function_arn = call["invoked-function-arn"]
        self._ends_at = time.time() + call["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Until the process is killed."""
        return max(int((self._ends_at - time.time()) * 1000), 0)


def say(stream: TextIO, answer: dict[str, Any]) -> None:
    """One line to LocalStack."""
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def main(answers: TextIO) -> int:
    """Serve until LocalStack closes the pipe."""
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    try:
        handler = getattr(importlib.import_module(module), name)
    except BaseException as error:
        traceback.print_exc()
        say(answers, {"error": repr(error)})
        return 1
    say(answers, {"ready": True})
    for line in sys.stdin:
        call = json.loads(line)
        os.environ["_X_AMZN_TRACE_ID"] = call.get("trace-id") or ""
        try:
            result = handler(json.loads(call["payload"]), Context(call))
            answer = {"failed": False, "payload": json.dumps(result)}
        except BaseException as error:
            traceback.print_exc()
            told = {"errorMessage": str(error), "errorType": type(error).__name__}
            answer = {"failed": True, "payload": json.dumps(told)}
        sys.stdout.flush()
        say(answers, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(os.fdopen(int(sys.argv[1]), "w")))
