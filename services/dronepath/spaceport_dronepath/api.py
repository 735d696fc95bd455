"""dronepath's part of the HTTP API."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body

from spaceport_dronepath.contract.answer import PlanAnswer
from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.ports import Kit
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.http.problems import field_problem, responses
from spaceport_runtime.http.shell import HttpApi

REMEDIES = {
    "area": "Give a GeoJSON Polygon, MultiPolygon, LineString or Point.",
    "camera": "Name a drone, such as mavic3e, or give sensor_mm, focal_mm and px.",
    "pattern": "Use grid, crosshatch, orbit, multi_orbit, spiral, corridor, facade or splat.",
    "takeoff": "Give longitude and latitude in degrees, such as [8.0, 50.0].",
}


def make_api(get_kit: Callable[[], Kit], get_limits: Callable[[], Limits] | None = None) -> HttpApi:
    """The router; `get_kit` is called per request, so that importing this makes no clients."""
    app = HttpApi(REMEDIES, get_limits=get_limits)

    @app.post(
        "/drone-path",
        summary="Plan a flight",
        tags=["flights"],
        responses=responses(
            {
                400: "Not a JSON object",
                415: "Not JSON",
                422: "A field is missing, unknown, or cannot be flown; says which and what helps",
                503: "Busy",
            },
            {
                200: {
                    "description": "The plan; its files are good for an hour",
                    "content": {"application/json": {"model": PlanAnswer}},
                }
            },
        ),
    )
    def drone_path(body: Annotated[PlanRequest, Body()]) -> PlanAnswer:
        # Planning needs numpy, shapely and pyproj: loaded by the first plan, not by the handler.
        from spaceport_dronepath.delivery import plan_and_store  # noqa: PLC0415

        try:
            return plan_and_store(body, get_kit())
        except FieldProblem as problem:
            raise field_problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, problem.field, problem.message, problem.remedy
            ) from problem

    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of dronepath's routes."""

    def no_kit() -> Kit:
        raise RuntimeError("a description answers no requests")

    return make_api(no_kit).describe()
