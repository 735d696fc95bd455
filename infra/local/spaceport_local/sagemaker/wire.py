"""AWS JSON 1.1 over HTTP, as SageMaker speaks it."""

import json
import logging
from typing import Any

from werkzeug.wrappers import Request, Response

from spaceport_local.sagemaker.jobs import ApiError
from spaceport_local.sagemaker.service import SageMaker

TARGET = "SageMaker."
log = logging.getLogger("spaceport.local")


class SageMakerEndpoint:
    """A WSGI app in front of the operations."""

    def __init__(self, service: SageMaker) -> None:
        self._service = service

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        target = request.headers.get("X-Amz-Target", "")
        try:
            body = json.loads(request.get_data() or b"{}")
            return _json(200, self._service.call(target.removeprefix(TARGET), body))
        except ApiError as error:
            return _error(400, error.code, error.message)
        except ValueError as error:
            return _error(400, "SerializationException", str(error))
        except Exception as error:  # as AWS: our bug is a 500 to the caller
            log.exception("%s failed", target)
            return _error(500, "InternalFailure", repr(error))


def _error(status: int, code: str, message: str) -> Response:
    response = _json(status, {"__type": code, "message": message})
    response.headers["x-amzn-ErrorType"] = code
    return response


def _json(status: int, value: Any) -> Response:
    return Response(json.dumps(value), status, content_type="application/x-amz-json-1.1")
