"""AWS::Events::Archive in CloudFormation: 4.9.2 skips it in silence."""

import json
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
)


class ArchiveProvider(ResourceProvider):
    """Create, update and delete an archive."""

    TYPE = "AWS::Events::Archive"
    SCHEMA = {  # noqa: RUF012 - LocalStack reads it from the class
        "typeName": TYPE,
        "properties": {
            "ArchiveName": {"type": "string"},
            "SourceArn": {"type": "string"},
            "EventPattern": {"type": "object"},
            "RetentionDays": {"type": "integer"},
            "Arn": {"type": "string"},
        },
        "required": ["ArchiveName", "SourceArn"],
        "readOnlyProperties": ["/properties/Arn"],
        "primaryIdentifier": ["/properties/ArchiveName"],
    }

    def create(self, request: Any) -> Any:
        """Make the archive."""
        model = request.desired_state
        events = request.aws_client_factory.events
        made = events.create_archive(EventSourceArn=model["SourceArn"], **_arguments(model))
        return _done(request, {**model, "Arn": made["ArchiveArn"]})

    def update(self, request: Any) -> Any:
        """Change what it keeps."""
        model = {**request.previous_state, **request.desired_state}
        request.aws_client_factory.events.update_archive(**_arguments(model))
        return _done(request, model)

    def delete(self, request: Any) -> Any:
        """Remove it."""
        name = request.desired_state["ArchiveName"]
        request.aws_client_factory.events.delete_archive(ArchiveName=name)
        return _done(request, request.desired_state)


def _arguments(model: dict[str, Any]) -> dict[str, Any]:
    arguments = {"ArchiveName": model["ArchiveName"]}
    if model.get("EventPattern"):
        arguments["EventPattern"] = json.dumps(model["EventPattern"])
    if model.get("RetentionDays"):
        arguments["RetentionDays"] = int(model["RetentionDays"])
    return arguments


def _done(request: Any, model: dict[str, Any]) -> Any:
    return ProgressEvent(
        status=OperationStatus.SUCCESS,
        resource_model=model,
        custom_context=request.custom_context,
    )


class ArchiveProviderPlugin(CloudFormationResourceProviderPlugin):
    """How LocalStack finds it."""

    name = "AWS::Events::Archive"

    def load(self) -> None:
        """Called before the first use."""
        self.factory = ArchiveProvider
