"""The shell around every service's routes: what goes wrong is answered the same way everywhere."""

import copy
import json
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.exception_handling import ExceptionHandlerManager
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from spaceport_runtime.errors import Retryable, UserError
from spaceport_runtime.http.body import NEED_JSON, with_json_body
from spaceport_runtime.http.caller import NOBODY, asked_by, caller
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.http.problems import CONTENT_TYPE, Problem, answer, as_lambda
from spaceport_runtime.http.validation import validation_problem
from spaceport_runtime.observe import logger

SIGN_IN = "token"


class HttpApi(APIGatewayHttpResolver):
    """powertools' resolver for API Gateway's HTTP API (payload 2.0), safe for strangers.

    Every answer is one: refusals are problem documents, a bug is a 500 in words. `remedies` say
    what helps, by the name of a field. Many threads may ask at once (Lambda brings one request at
    a time, the embedded cloud does not): powertools keeps the request in class attributes, so
    each request is resolved by a copy with attributes of its own.

    Only JSON is taken, because a web page of a stranger can post a form unasked. `forms` are the
    beginnings of paths that take one all the same: what they do needs a secret in the path.
    `opened` are those that are answered without a sign-in, for the same reason. The gateway asks
    for it, too; a gateway that was set up wrong opens nothing. `get_limits`: how much each caller
    may ask, called per request like a kit.
    """

    def __init__(
        self,
        remedies: Mapping[str, str] | None = None,
        forms: tuple[str, ...] = (),
        opened: tuple[str, ...] = (),
        get_limits: Callable[[], Limits] | None = None,
    ) -> None:
        super().__init__(enable_validation=True)
        self._remedies = remedies or {}
        self._forms = forms
        self._opened = opened
        self._get_limits = get_limits

    def limits(self) -> Limits | None:
        """What routes hold callers to beyond the number of requests; None where nothing is."""
        return self._get_limits() if self._get_limits is not None else None

    def route(self, *arguments: Any, **options: Any) -> Any:
        """Register a route, with its middleware built here and not by the first two requests."""
        register = super().route(*arguments, **options)

        def registered(function: Any) -> Any:
            result = register(function)
            for each in self._routes():
                if not each._middleware_stack_built:
                    each._build_middleware_stack(router_middlewares=[], app=self)
            return result

        return registered

    def resolve(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer one request."""
        try:
            with asked_by(event):
                return self._resolve_apart(event, context)
        except Problem as problem:
            return as_lambda(problem)
        except Retryable as error:
            return as_lambda(_busy(error))
        except Exception:
            logger.exception("request failed")
            detail = "Spaceport could not answer because of an error of its own. Try again."
            return as_lambda(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail))

    def describe(self) -> dict[str, Any]:
        """The OpenAPI 3.1 description of the routes."""
        schema = self.get_openapi_json_schema(title="Spaceport", version="1.0.0")
        document: dict[str, Any] = json.loads(schema)
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                is_open = path.startswith(self._opened)
                operation["security"] = [] if is_open else [{SIGN_IN: []}]
                self._describe_refusals(method.upper(), path, operation["responses"])
        bearer = {"type": "http", "scheme": "bearer"}
        document["components"]["securitySchemes"] = {SIGN_IN: bearer}
        for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        return document

    def _describe_refusals(self, method: str, path: str, described: dict[str, Any]) -> None:
        """What the shell answers in every route's stead."""
        schema = {"$ref": "#/components/schemas/ProblemDocument"}
        content = {CONTENT_TYPE: {"schema": schema}}
        told = {
            "429": "Too many requests; the header Retry-After says when to go on",
            "503": "Busy; the header Retry-After says when to go on",
        }
        if not path.startswith(self._opened):
            told["401"] = "Nobody is known to ask"
        if "{" in path:
            told["404"] = "There is no such thing, or it is somebody else's"
        if method in NEED_JSON:
            told |= {"400": "Not a JSON object", "415": "Not JSON"}
        for status, description in told.items():
            described.setdefault(status, {"description": description, "content": content})
        # powertools describes FastAPI's answer to what is not valid; ours is a problem like any.
        for status in {"204", "302"} & described.keys():
            described[status].pop("content", None)
        described["422"] = {**described["422"], "content": content}

    def _resolve_apart(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        method, path = event["requestContext"]["http"]["method"].upper(), str(event["rawPath"])
        if caller() == NOBODY and not path.startswith(self._opened):
            raise Problem(HTTPStatus.UNAUTHORIZED, "Sign in first: nobody is known to ask here.")
        if (limits := self.limits()) is not None:
            limits.check(event)
        route = self._find(method, path)
        readable = event
        if not path.startswith(self._forms):
            readable = with_json_body(event, method, wants_body=_wants_body(route))
        mine = copy.copy(self)
        mine.context = {}
        mine.processed_stack_frames = []
        mine.current_event = APIGatewayProxyEventV2(readable)
        mine.lambda_context = context
        mine.exception_handler_manager = self._refusals(readable, route)
        return super(HttpApi, mine).resolve(readable, context)

    def _routes(self) -> list[Route]:
        return [*self._static_routes, *self._dynamic_routes]

    def _find(self, method: str, path: str) -> Route | None:
        fitting = (each for each in self._routes() if each.method == method)
        return next((each for each in fitting if each.rule.match(path)), None)

    def _refusals(self, event: dict[str, Any], route: Route | None) -> ExceptionHandlerManager:
        """What is answered for what the routes raise."""
        on_invalid = partial(
            _on_invalid, body=event.get("body"), models=_models(route), remedies=self._remedies
        )
        manager = ExceptionHandlerManager()  # type: ignore[no-untyped-call]
        manager.update_exception_handlers(
            {
                Problem: answer,
                RequestValidationError: on_invalid,
                NotFoundError: partial(_on_unknown, event=event),
                UserError: _on_user_error,
                Retryable: _on_busy,
            }
        )
        return manager


def _wants_body(route: Route | None) -> bool:
    return route is not None and bool(route.dependant.body_params)


def _models(route: Route | None) -> list[type[BaseModel]]:
    """What the route's body should be."""
    types = [each.type_ for each in route.dependant.body_params] if route else []
    return [each for each in types if isinstance(each, type) and issubclass(each, BaseModel)]


def _on_invalid(
    error: RequestValidationError,
    body: str | None,
    models: list[type[BaseModel]],
    remedies: Mapping[str, str],
) -> Response[str]:
    document = json.loads(body) if body else {}
    return answer(validation_problem(error.errors(), document, models, remedies))


def _on_unknown(_error: Exception, event: dict[str, Any]) -> Response[str]:
    method, path = event["requestContext"]["http"]["method"], str(event["rawPath"])[:200]
    detail = f"There is no {method} {path}. See docs/openapi.json for what there is."
    return answer(Problem(HTTPStatus.NOT_FOUND, detail))


def _on_user_error(error: UserError) -> Response[str]:
    return answer(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error.message} {error.remedy}"))


def _on_busy(error: Retryable) -> Response[str]:
    return answer(_busy(error))


def _busy(error: Retryable) -> Problem:
    logger.warning("busy", extra={"reason": str(error)})
    detail = "Spaceport is busy. Send the same request again in a few seconds."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
