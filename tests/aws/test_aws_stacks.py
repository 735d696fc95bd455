"""What the templates promise, on every resource of its kind."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws.templates import EVERYTHING, Assembly, assembly, flat

LISTENING = ("Ingest", "Sfm", "Train", "Compress", "Notify")
SERVICES = (*LISTENING, "Dronepath")
PARTS = {"Foundation", "Api", "Web", "Watch", *SERVICES}
STATEFUL = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Cognito::UserPool",
    "AWS::ECR::Repository",
)
NAME = re.compile(
    r"(?:Bucket|Table|Queue|Function|LogGroup|Topic|Alarm|Repository|Archive|Budget)Name"
)


@pytest.fixture(params=[(), EVERYTHING], ids=["plain", "everything"])
def built(request: pytest.FixtureRequest) -> Assembly:
    return assembly(request.param)


def test_one_stack_per_service_and_four_around_them() -> None:
    assert {name.rsplit("-", 1)[1] for name in assembly().templates} == PARTS


def test_a_stack_is_deployed_alone_and_holds_no_other(built: Assembly) -> None:
    for name, template in built.templates.items():
        assert "Fn::ImportValue" not in json.dumps(template)
        assert not [out for out in template.get("Outputs", {}).values() if "Export" in out]
        needs = built.manifest["artifacts"][name].get("dependencies", [])
        assert needs in ([], [f"{name}.assets"])


def test_what_holds_data_outlives_its_stack_unless_told() -> None:
    kept = {kind: list(assembly().resources(kind)) for kind in STATEFUL}
    assert all(kept.values())
    for found in kept.values():
        for _, resource in found:
            assert resource["DeletionPolicy"] == "Retain"
            assert resource["UpdateReplacePolicy"] == "Retain"
    for name in assembly().templates:
        artifact = assembly().manifest["artifacts"][name]["properties"]
        assert artifact["terminationProtection"] is True


def test_told_to_delete_data_it_deletes_data() -> None:
    built = assembly(EVERYTHING)
    for kind in STATEFUL:
        assert {found["DeletionPolicy"] for _, found in built.resources(kind)} == {"Delete"}
    assert not any(
        table["DeletionProtectionEnabled"] for table in built.properties("AWS::DynamoDB::Table")
    )


def test_two_deployments_in_one_account_share_no_name() -> None:
    prod, dev = names_in(assembly()), names_in(assembly(EVERYTHING))
    assert len(prod) > 60
    assert prod & dev == set()
    assert all("-dev" in name or "/spaceport-dev" in name for name in dev)


def names_in(built: Assembly) -> set[str]:
    found: set[str] = set()
    for template in built.templates.values():
        for resource in template["Resources"].values():
            for key, value in resource["Properties"].items():
                if NAME.fullmatch(key) or (key == "Name" and "Pattern" not in str(value)):
                    found.add(f"{resource['Type']} {flat(value)}")
    given = {name for name in found if " ${" not in name}
    return given - {"AWS::ApiGatewayV2::Authorizer sign-in"}


def test_buckets_are_closed_encrypted_and_spoken_to_by_tls_only(built: Assembly) -> None:
    for bucket in built.properties("AWS::S3::Bucket"):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    policies = built.properties("AWS::S3::BucketPolicy")
    assert len(policies) == len(built.properties("AWS::S3::Bucket"))
    for policy in policies:
        assert any(refuses_plain_http(each) for each in policy["PolicyDocument"]["Statement"])


def refuses_plain_http(statement: dict[str, Any]) -> bool:
    plain = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return bool(statement["Effect"] == "Deny" and plain == "false")


def test_the_photos_have_a_key_of_our_own_and_reach_the_bus() -> None:
    bucket = next(
        found for found in assembly().properties("AWS::S3::Bucket") if "CorsConfiguration" in found
    )
    rule = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["BucketKeyEnabled"] is True
    assert bucket["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert set(rules) == {"torn-uploads", "uploads", "captures", "work", "jobs"}
    expiring = {rule["Prefix"] for rule in rules.values() if "ExpirationInDays" in rule}
    assert expiring == {"uploads/", "captures/", "work/"}  # what lies below jobs/ never does
    assert assembly().properties("AWS::KMS::Key")[0]["EnableKeyRotation"] is True


def test_queues_are_encrypted_and_speak_tls_and_every_queue_has_its_dlq(built: Assembly) -> None:
    queues = built.properties("AWS::SQS::Queue")
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues)
    assert sum("RedrivePolicy" in queue for queue in queues) == len(LISTENING) == len(queues) / 2
    policies = built.properties("AWS::SQS::QueuePolicy")
    assert len(policies) == len(queues)
    for policy in policies:
        assert any(refuses_plain_http(each) for each in policy["PolicyDocument"]["Statement"])


def test_a_queue_is_filled_by_the_rules_that_are_meant_to_and_by_no_other(built: Assembly) -> None:
    rules = built.properties("AWS::Events::Rule")
    names = {
        rule["Name"]
        if rule["EventBusName"] == "default"
        else f"{rule['EventBusName']}/{rule['Name']}"
        for rule in rules
        if is_filling(rule)
    }
    allowed: set[str] = set()
    for policy in built.properties("AWS::SQS::QueuePolicy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                sources = flat(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
                listed = sources if isinstance(sources, list) else [sources]
                allowed |= {source.partition(":rule/")[2] for source in listed}
    assert allowed == names


def test_alarms_and_budgets_of_other_accounts_cannot_speak_here() -> None:
    (policy,) = assembly().properties("AWS::SNS::TopicPolicy")
    speaking = {
        statement["Principal"]["Service"]: flat(statement["Condition"]["ArnLike"]["aws:SourceArn"])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }
    assert set(speaking) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    assert all("${AWS::AccountId}" in source for source in speaking.values())


def test_tables_are_encrypted_and_can_be_restored(built: Assembly) -> None:
    for table in built.properties("AWS::DynamoDB::Table"):
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_functions_are_arm_traced_and_forget_their_logs(built: Assembly) -> None:
    functions = built.properties("AWS::Lambda::Function")
    assert len(functions) == 12
    for function in functions:
        assert function["Architectures"] == ["arm64"]
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert "ManagedPolicyArns" not in function
    assert all(log["RetentionInDays"] == 30 for log in built.properties("AWS::Logs::LogGroup"))
    for mapping in built.properties("AWS::Lambda::EventSourceMapping"):
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_what_a_rule_cannot_deliver_waits_in_the_services_dlq(built: Assembly) -> None:
    for stack, resource in built.resources("AWS::Events::Rule"):
        if stack.endswith("-Watch"):
            continue
        (target,) = resource["Properties"]["Targets"]
        dead = flat(target["DeadLetterConfig"]["Arn"]).removeprefix("${").split(".")[0]
        queue = built.templates[stack]["Resources"][dead]["Properties"]["QueueName"]
        assert queue.endswith("-dlq")


def test_one_groups_flood_holds_up_no_other_group() -> None:
    rules = [rule for rule in assembly().properties("AWS::Events::Rule") if is_filling(rule)]
    assert rules
    for rule in rules:
        (target,) = rule["Targets"]
        ours = rule["EventBusName"] != "default"
        assert target.get("SqsParameters") == (
            {"MessageGroupId": "$.detail.tenant"} if ours else None
        )


def is_filling(rule: dict[str, Any]) -> bool:
    return bool(rule["Targets"][0]["Id"] == "queue")


def test_whoever_wants_something_signs_in_and_whoever_has_a_link_reads() -> None:
    routes = assembly().properties("AWS::ApiGatewayV2::Route")
    kinds = {route["RouteKey"]: route["AuthorizationType"] for route in routes}
    assert kinds["POST /start-job"] == "JWT"
    for key, kind in kinds.items():
        assert kind == ("NONE" if "{token}" in key else "JWT")
    (stage,) = assembly().properties("AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 20
    assert stage["AccessLogSettings"]["DestinationArn"]
    (api,) = assembly().properties("AWS::ApiGatewayV2::Api")
    assert "*" not in api["CorsConfiguration"]["AllowOrigins"]


def test_pages_and_terminals_sign_in_without_a_secret_and_the_api_takes_both() -> None:
    clients = dict(clients_of_api())
    assert set(clients) == {"Web", "Terminal"}
    for client in clients.values():
        assert client["GenerateSecret"] is False
        assert set(client["ExplicitAuthFlows"]) == {
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        }
        assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert clients["Terminal"]["AllowedOAuthFlowsUserPoolClient"] is False
    (authorizer,) = assembly().properties("AWS::ApiGatewayV2::Authorizer")
    assert len(authorizer["JwtConfiguration"]["Audience"]) == 2
    told = {each["Name"] for each in assembly().properties("AWS::SSM::Parameter", "Spaceport-Api")}
    wanted = ("api-url", "user-pool", "user-pool-client")  # what `spaceport login` asks for
    assert {f"/spaceport/{name}" for name in wanted} <= told


def clients_of_api() -> Iterator[tuple[str, dict[str, Any]]]:
    """By the construct's name, which CDK puts into the logical id."""
    for name, resource in assembly().templates["Spaceport-Api"]["Resources"].items():
        if resource["Type"] == "AWS::Cognito::UserPoolClient":
            yield "Terminal" if "Terminal" in name else "Web", resource["Properties"]


def test_somebody_elses_sign_in_takes_the_place_of_cognito() -> None:
    own = (("jwtIssuer", "https://id.example.com"), ("jwtAudience", "web"))
    built = assembly(own)
    assert built.properties("AWS::Cognito::UserPool") == []
    (authorizer,) = built.properties("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://id.example.com",
        "Audience": ["web"],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_wakes_somebody_up(service: str) -> None:
    alarms = assembly().properties("AWS::CloudWatch::Alarm", f"Spaceport-{service}")
    kinds = {alarm["AlarmName"].removeprefix(f"spaceport-{service.lower()}-") for alarm in alarms}
    sweeps = (
        set[str]() if service in ("Notify", "Dronepath") else {"sweep-errors", "sweeper-silent"}
    )
    answers = {"request-errors"} if service in ("Ingest", "Notify", "Dronepath") else set[str]()
    listens = {"dead-letters", "oldest-message", "message-errors"}
    always = {"denied"} | (listens if service in LISTENING else set())
    stage = {"cannotlaunch"} if service in ("Sfm", "Train", "Compress") else set[str]()
    assert kinds == always | stage | sweeps | answers
    for alarm in alarms:
        assert flat(alarm["AlarmActions"]) == [
            "arn:aws:sns:eu-central-1:${AWS::AccountId}:spaceport-alarms"
        ]


def test_a_sweeper_that_says_nothing_is_an_alarm() -> None:
    alarms = assembly().properties("AWS::CloudWatch::Alarm")
    silent = [alarm for alarm in alarms if alarm["AlarmName"].endswith("sweeper-silent")]
    assert {alarm["TreatMissingData"] for alarm in silent} == {"breaching"}


def test_money_has_a_budget_and_everything_a_tag() -> None:
    (budget,) = assembly().properties("AWS::Budgets::Budget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 100, "Unit": "USD"}
    assert budget["Budget"]["CostFilters"] == {
        "TagKeyValue": ["user:spaceport:deployment$spaceport"]
    }
    assert len(budget["NotificationsWithSubscribers"]) == 3
    for function in assembly().properties("AWS::Lambda::Function"):
        assert {"Key": "spaceport:deployment", "Value": "spaceport"} in function["Tags"]


def test_jobs_get_their_machines_their_image_and_the_network_that_was_asked_for() -> None:
    plain, full = stage_environment(assembly()), stage_environment(assembly(EVERYTHING))
    assert json.loads(plain["SPACEPORT_TRAIN_MACHINES"]) == [
        {"instance_type": "ml.g4dn.xlarge", "up_to_photos": None}
    ]
    assert plain["SPACEPORT_TRAIN_RASTERISER"] == "cuda"
    assert plain["SPACEPORT_TRAIN_USE_SPOT"] == "true"
    assert plain["SPACEPORT_PROGRESS_INTERVAL_S"] == "10"
    assert not [key for key in plain if "SUBNETS" in key or "ISOLATED" in key]
    assert full["SPACEPORT_JOB_ISOLATED"] == "true"
    assert full["SPACEPORT_JOB_SUBNETS"].startswith("${SsmParameterValuespaceportdevjobsubnets")
    image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/spaceport-dev-train:latest"
    assert full["SPACEPORT_TRAIN_IMAGE"] == image


def stage_environment(built: Assembly) -> dict[str, str]:
    stack = next(name for name in built.templates if name.endswith("-Train"))
    function = built.properties("AWS::Lambda::Function", stack)[0]
    found: dict[str, str] = flat(function["Environment"]["Variables"])
    return found
