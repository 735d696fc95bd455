"""DynamoDB from moto: LocalStack's own provider hangs on a download when there is no internet."""

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.api.dynamodbstreams import DynamodbstreamsApi
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider


class MotoDynamodb(DynamodbApi):
    """Every operation falls through to moto."""


class MotoDynamodbStreams(DynamodbstreamsApi):
    """Every operation falls through to moto."""


@aws_provider(api="dynamodb", name="moto")
def dynamodb_moto() -> Service:
    """Chosen by PROVIDER_OVERRIDE_DYNAMODB=moto."""
    return Service.for_provider(MotoDynamodb(), dispatch_table_factory=MotoFallbackDispatcher)


@aws_provider(api="dynamodbstreams", name="moto")
def dynamodbstreams_moto() -> Service:
    """Chosen by PROVIDER_OVERRIDE_DYNAMODBSTREAMS=moto."""
    return Service.for_provider(
        MotoDynamodbStreams(), dispatch_table_factory=MotoFallbackDispatcher
    )
