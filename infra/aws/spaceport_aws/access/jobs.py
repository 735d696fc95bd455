"""What each SageMaker job may do: read its inputs, write below its own stage, report progress."""

from spaceport_aws.access.grants import Grant, encryption, listing, objects, publishing
from spaceport_aws.names import Names
from spaceport_contracts.events import Stage
from spaceport_contracts.places import AREAS
from spaceport_runtime.service import Service

NETWORK_ACTIONS = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
    "DescribeDhcpOptions",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
)
LOG_GROUPS = {
    "processing": "/aws/sagemaker/ProcessingJobs",
    "training": "/aws/sagemaker/TrainingJobs",
}


def job_grants(service: Service, names: Names, key_arn: str, in_vpc: bool) -> list[Grant]:
    """What a stage's container may do; `in_vpc` adds that by which SageMaker attaches it."""
    assert service.job is not None
    own = [f"{area}/*/{service.name}/*" for area in AREAS]
    grants = [
        listing(names, "jobs/*", "work/*", "uploads/*", "captures/*"),
        objects(names, ("GetObject",), "jobs/*", "work/*", *_photos(service)),
        objects(names, ("PutObject", "AbortMultipartUpload"), *own),
        encryption(key_arn, "Decrypt", "GenerateDataKey", "Encrypt"),
        publishing(names, service.name, ("StageProgressed",)),
        *_image(service, names),
        *_logs(service, names),
    ]
    if in_vpc:
        network = tuple(f"ec2:{action}" for action in NETWORK_ACTIONS)
        grants.append(Grant(network, ("*",), why="SageMaker makes the network interface itself"))
    return grants


def _photos(service: Service) -> tuple[str, ...]:
    """The photos of a folder stay where they were uploaded; the stage that reads photos reads
    them there."""
    starts = [stage for listen in service.consumes for stage in listen.where.get("start_at", ())]
    return ("uploads/*", "captures/*") if Stage.SFM in starts else ()


def _image(service: Service, names: Names) -> list[Grant]:
    repository = names.arn("ecr", f"repository/{names.of(f'spaceport-{service.name}')}")
    pull = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    return [
        Grant(tuple(f"ecr:{action}" for action in pull), (repository,)),
        Grant(("ecr:GetAuthorizationToken",), ("*",), why="a login has no resource"),
    ]


def _logs(service: Service, names: Names) -> list[Grant]:
    assert service.job is not None
    group = names.arn("logs", f"log-group:{LOG_GROUPS[service.job.kind]}")
    own = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams")
    return [
        Grant(
            (*own, "logs:PutLogEvents"),
            (group, f"{group}:log-stream:{service.name}-*"),
            why="a stream is named after its job",
        ),
        Grant(
            ("cloudwatch:PutMetricData",),
            ("*",),
            {"StringEquals": {"cloudwatch:namespace": f"/aws/sagemaker/{_metrics(service)}"}},
            why="CloudWatch knows namespaces only as a condition",
        ),
    ]


def _metrics(service: Service) -> str:
    assert service.job is not None
    return f"{service.job.kind.capitalize()}Jobs"
