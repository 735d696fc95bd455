"""What SageMaker refuses before a job exists."""

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from spaceport_local.sagemaker.jobs import (
    NAME_PATTERN,
    ApiError,
    Kind,
    instance_type_of,
    is_name,
)


@cache
def _model() -> ServiceModel:
    return botocore.session.Session().get_service_model("sagemaker")


def check_request(kind: Kind, request: dict[str, Any]) -> None:
    """Raise ValidationException for what the API does not take."""
    shape = _model().operation_model(f"Create{kind}Job").input_shape
    if shape is None:
        raise TypeError(f"botocore knows no Create{kind}Job")
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        raise ApiError("ValidationException", report.generate_report())
    name = request[f"{kind}JobName"]
    if not is_name(name):
        field = f"{kind.lower()}JobName"
        raise _constraint(name, field, f"satisfy regular expression pattern: ^{NAME_PATTERN}")
    _check_instance(kind, request)
    _check_spot(request)


def _check_instance(kind: Kind, request: dict[str, Any]) -> None:
    shape_name = "ProcessingInstanceType" if kind == "Processing" else "TrainingInstanceType"
    allowed = _model().shape_for(shape_name).enum  # type: ignore[attr-defined]
    instance_type = instance_type_of(kind, request)
    if instance_type not in allowed:
        what = f"satisfy enum value set: [{', '.join(allowed[:5])}, ...]"
        raise _constraint(instance_type, "instanceType", what)


def _check_spot(request: dict[str, Any]) -> None:
    limits = request.get("StoppingCondition", {})
    wait_s = limits.get("MaxWaitTimeInSeconds")
    is_spot = request.get("EnableManagedSpotTraining", False)
    if is_spot and (wait_s is None or wait_s < limits.get("MaxRuntimeInSeconds", 86400)):
        raise ApiError(
            "ValidationException",
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            "MaxRuntimeInSeconds when EnableManagedSpotTraining is true.",
        )
    if not is_spot and wait_s is not None:
        raise ApiError(
            "ValidationException",
            "MaxWaitTimeInSeconds above 0 is not supported when EnableManagedSpotTraining is "
            "false.",
        )


def _constraint(value: str, field: str, what: str) -> ApiError:
    return ApiError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy "
        f"constraint: Member must {what}",
    )
