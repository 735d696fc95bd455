"""What each Lambda function may do: its own log, its own queue, and what its code calls."""

from spaceport_aws.access.grants import Grant, encryption, listing, objects, publishing, table
from spaceport_aws.names import Names
from spaceport_contracts.places import AREAS
from spaceport_contracts.webhook import HOOKS_PREFIX
from spaceport_runtime.service import Service
from spaceport_topology.wiring import LEDGER_TABLE, LIMITS_TABLE, STATUS_TABLE, UPLOADS_TABLE

BROUGHT = ("uploads", "captures", "plans")  # what people bring, and where they planned to fly
BEGUN = "uploads/up-*"  # what was begun through the API
HOOKS = f"{HOOKS_PREFIX}*"  # jobs' own webhooks, with their secrets: no job's machine reads them
LEDGER_ACTIONS = ("GetItem", "PutItem", "UpdateItem", "Query")
STREAMS = "the streams of this one log group, which Lambda names"
TRACING = Grant(
    ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    ("*",),
    why="X-Ray has no resource to name for segments",
)


def function_grants(
    service: Service, entry: str, names: Names, key_arn: str, job_role_arn: str | None, mail: str
) -> list[Grant]:
    """The permissions of one entry point (`on_message`, `on_sweep`, `on_request`)."""
    grants = [_own_log(service, entry, names), TRACING]
    if entry == "on_message":
        grants += [_consuming(service, names)]
    if entry == "on_request":
        grants += [table(names, LIMITS_TABLE, "UpdateItem")]
    if service.name == "notify":
        return grants + _notify(service, entry, names, key_arn, mail)
    if service.uploads:
        return grants + _ingest(service, entry, names, key_arn)
    if service.job:
        return grants + _stage(service, names, key_arn, str(job_role_arn))
    if service.publishes:
        return grants + _planning(service, names, key_arn)
    return grants


def log_group(service: Service, entry: str, names: Names) -> str:
    """The log group of a function."""
    return f"/aws/lambda/{function_name(service, entry, names)}"


def function_name(service: Service, entry: str, names: Names) -> str:
    """`spaceport-sfm` for messages, `spaceport-sfm-sweep` and `-request` for the others."""
    suffix = "" if entry == "on_message" else "-" + entry.removeprefix("on_")
    return names.of(f"spaceport-{service.name}{suffix}")


def _own_log(service: Service, entry: str, names: Names) -> Grant:
    group = names.arn("logs", f"log-group:{log_group(service, entry, names)}")
    return Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (f"{group}:*",), why=STREAMS)


def _queues(service: Service, names: Names) -> tuple[str, str]:
    own = names.arn("sqs", names.of(service.queue_name))
    return own, names.arn("sqs", names.of(service.dead_letter_name))


def _consuming(service: Service, names: Names) -> Grant:
    """What the event source mapping does in the function's name."""
    actions = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    return Grant(tuple(f"sqs:{action}" for action in actions), _queues(service, names)[:1])


def _sending(service: Service, names: Names) -> Grant:
    """Back to the queue with a delay, or to the DLQ with the reason."""
    return Grant(("sqs:GetQueueUrl", "sqs:SendMessage"), _queues(service, names))


def _speech(service: Service, names: Names) -> Grant:
    spoken = tuple(event.detail_type() for event in service.publishes)
    return publishing(names, service.name, spoken)


def _stage(service: Service, names: Names, key_arn: str, job_role_arn: str) -> list[Grant]:
    """Launch, look at, stop; read what the job left, write its options."""
    assert service.job is not None
    kind = service.job.kind
    verb = kind.capitalize()
    jobs = names.arn("sagemaker", f"{kind}-job/{service.name}-*")
    creating = f"Create{verb}Job"
    tagged = {"StringEquals": {"aws:RequestTag/spaceport:deployment": names.deployment}}
    only_then = {"StringEquals": {"sagemaker:TaggingAction": creating}}
    named = "a job's name ends in its job id"
    passing = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    own = [f"{area}/*/{service.name}/*" for area in AREAS]
    return [
        _sending(service, names),
        _speech(service, names),
        table(names, LEDGER_TABLE, *LEDGER_ACTIONS),
        objects(names, ("GetObject",), *own),
        objects(names, ("PutObject",), *(f"{each}/options/options.json" for each in own)),
        listing(names),
        encryption(key_arn, "Decrypt", "GenerateDataKey"),
        Grant((f"sagemaker:{creating}",), (jobs,), tagged, why=named),
        Grant(("sagemaker:AddTags",), (jobs,), only_then, why=named),
        # Without a condition on tags: an unknown job has none, and must be told as unknown.
        Grant((f"sagemaker:Describe{verb}Job", f"sagemaker:Stop{verb}Job"), (jobs,), why=named),
        Grant(("iam:PassRole",), (job_role_arn,), passing),
    ]


def _ingest(service: Service, entry: str, names: Names, key_arn: str) -> list[Grant]:
    """Read what people upload, copy it to the job; requests admit, replay, cancel and delete, and
    sign what strangers may put below uploads/; an upload that is dropped goes, by request or sweep,
    and a job that is deleted with all its files."""
    grants = [
        _sending(service, names),
        _speech(service, names),
        table(names, LEDGER_TABLE, *LEDGER_ACTIONS),
        _register(names),
        objects(names, ("GetObject",), *(f"{area}/*" for area in (*AREAS, *BROUGHT))),
        listing(names),
        encryption(key_arn, "Decrypt", "GenerateDataKey"),
    ]
    if entry != "on_request":
        grants += [
            objects(names, ("PutObject", "AbortMultipartUpload"), "work/*/ingest/*"),
            objects(names, ("DeleteObject",), "jobs/*", "work/*", "uploads/*", "captures/*", HOOKS),
            objects(names, ("AbortMultipartUpload",), BEGUN),
        ]
    if entry == "on_request":
        grants.append(objects(names, ("DeleteObject", "AbortMultipartUpload"), BEGUN))
        grants.append(objects(names, ("PutObject", "ListMultipartUploadParts"), BEGUN))
        grants.append(objects(names, ("PutObject",), HOOKS))
    return grants


def _register(names: Names) -> Grant:
    """The table of uploads: what was found is noted, and whole uploads go."""
    actions = ("GetItem", "PutItem", "Query", "DeleteItem", "BatchWriteItem")
    arn = names.arn("dynamodb", f"table/{names.of(UPLOADS_TABLE)}")
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (arn,))


def _planning(service: Service, names: Names, key_arn: str) -> list[Grant]:
    """Read an elevation model that was uploaded, keep plans, hand out links to them."""
    return [
        _speech(service, names),
        objects(names, ("GetObject",), "uploads/*", "plans/*"),
        objects(names, ("PutObject",), "plans/*"),
        listing(names),
        encryption(key_arn, "Decrypt", "GenerateDataKey"),
    ]


def _notify(service: Service, entry: str, names: Names, key_arn: str, mail: str) -> list[Grant]:
    """Keep the status, write the report, send mail; requests read, and remember who
    wants none, and whose events are posted where."""
    if entry == "on_request":
        return [
            table(names, STATUS_TABLE, "GetItem", "PutItem", "Query", "UpdateItem", "DeleteItem"),
            objects(names, ("GetObject",), "jobs/*", "work/*"),
            listing(names),
            encryption(key_arn, "Decrypt"),
        ]
    sender = mail if "@" in mail else f"spaceport@{mail}"
    return [
        _sending(service, names),
        table(names, STATUS_TABLE, "GetItem", "PutItem", "Query", "UpdateItem", "DeleteItem"),
        objects(names, ("GetObject",), "jobs/*", "work/*", HOOKS),
        objects(names, ("PutObject", "DeleteObject"), "jobs/*/report/*"),
        listing(names),
        encryption(key_arn, "Decrypt", "GenerateDataKey"),
        Grant(
            ("ses:SendEmail", "ses:SendRawEmail"),
            (
                names.arn("ses", f"identity/{mail}"),
                names.arn("ses", f"configuration-set/{names.deployment}"),
            ),
            {"StringEquals": {"ses:FromAddress": sender}},
        ),
    ]
