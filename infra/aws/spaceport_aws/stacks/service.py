"""Any service, from its `SERVICE` declaration: rules -> queue and DLQ -> functions -> job role.

A service's stack names what it needs of the others, so it is deployed alone and touches no other.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from spaceport_aws.access.grants import Grant
from spaceport_aws.access.jobs import job_grants
from spaceport_aws.fairness import group_path
from spaceport_aws.stacks.alarms import watch_service
from spaceport_aws.stacks.base import Plan, SpaceportStack, because, only_here, role_of
from spaceport_aws.stacks.environment import function_environment
from spaceport_aws.stacks.function import Code, add_function
from spaceport_runtime.service import Service
from spaceport_topology.wiring import QueueSpec, RouteSpec, RuleSpec, ScheduleSpec

BATCH_SIZE = 10
MAX_CONCURRENCY = 20
DEAD_LETTER_DAYS = 14
IMAGES_KEPT = 10


class ServiceStack(SpaceportStack):
    """Everything of one service; `bundle` is the folder that its functions run."""

    def __init__(self, scope: Construct, service: Service, plan: Plan, bundle: Path) -> None:
        super().__init__(scope, service.name.capitalize(), plan, f"Spaceport: {service.purpose}")
        self.service = service
        self.key_arn = self.told("key-arn")
        self.job_role = self._job_role() if service.job else None
        self.code = Code(
            bundle, service, function_environment(self, service, self.key_arn, self.job_role)
        )
        self.functions: dict[str, lambda_.Function] = {}
        self._listen()
        self._sweep()
        self._answer()
        watch_service(self, service, self.functions)

    def function(self, entry: str) -> lambda_.Function:
        """One entry point's function, made when it is first needed."""
        if entry not in self.functions:
            made = add_function(self, self.code, entry, self.key_arn, self.job_role)
            self.functions[entry] = made
        return self.functions[entry]

    def _job_role(self) -> iam.Role:
        """The job's role and the repository of its image."""
        names, in_vpc = self.plan.names, self.plan.deployment.vpc
        ecr.Repository(
            self,
            "Images",
            repository_name=names.of(f"spaceport-{self.service.name}"),
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.MUTABLE,
            encryption=ecr.RepositoryEncryption.KMS,
            lifecycle_rules=[ecr.LifecycleRule(max_image_count=IMAGES_KEPT)],
            removal_policy=self.data_removal,
            empty_on_delete=self.plan.deployment.delete_data,
        )
        return role_of(
            self,
            "JobRole",
            only_here("sagemaker.amazonaws.com", names),
            job_grants(self.service, names, self.key_arn, in_vpc),
            f"Spaceport: the job of {self.service.name}",
        )

    def _listen(self) -> None:
        """Rules fill the queue, the queue feeds the function."""
        topology = self.plan.topology
        for queue in topology.queues:
            if queue.name != self.service.queue_name:
                continue
            built = self._queue(queue)
            for rule in topology.rules:
                if rule.queue == queue.name:
                    self._rule(rule, *built)
            self.function("on_message").add_event_source_mapping(
                "Mapping",
                event_source_arn=built[0].queue_arn,
                batch_size=BATCH_SIZE,
                max_concurrency=MAX_CONCURRENCY,
                report_batch_item_failures=True,
            )

    def _queue(self, spec: QueueSpec) -> tuple[sqs.Queue, sqs.Queue]:
        names = self.plan.names
        dead = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=names.of(spec.dead_letter_name),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(DEAD_LETTER_DAYS),
        )
        queue = sqs.Queue(
            self,
            "Queue",
            queue_name=names.of(spec.name),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.seconds(spec.visibility_timeout_s),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead, max_receive_count=spec.max_receive_count
            ),
        )
        for each in (queue, dead):
            each.add_to_resource_policy(self._deliveries(each, spec))
        return queue, dead

    def _deliveries(self, queue: sqs.Queue, spec: QueueSpec) -> iam.PolicyStatement:
        """EventBridge may deliver, for the rules that fill this queue and no others."""
        filling = [rule for rule in self.plan.topology.rules if rule.queue == spec.name]
        return iam.PolicyStatement(
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": [self._rule_arn(each) for each in filling]}},
        )

    def _rule_arn(self, rule: RuleSpec) -> str:
        """Rules of the default bus stand without its name."""
        names = self.plan.names
        name = names.of(f"spaceport-{rule.name}")
        place = name if rule.bus == "default" else f"{names.of(rule.bus)}/{name}"
        return names.arn("events", f"rule/{place}")

    def _rule(self, rule: RuleSpec, queue: sqs.Queue, dead: sqs.Queue) -> None:
        """What cannot be delivered waits in the DLQ; one group's flood holds up no other group."""
        names, group = self.plan.names, group_path(rule.pattern)
        target = events.CfnRule.TargetProperty(
            id="queue",
            arn=queue.queue_arn,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead.queue_arn),
            sqs_parameters=(
                events.CfnRule.SqsParametersProperty(message_group_id=group) if group else None
            ),
        )
        events.CfnRule(
            self,
            f"Rule-{rule.name}",
            name=names.of(f"spaceport-{rule.name}"),
            event_bus_name="default" if rule.bus == "default" else names.of(rule.bus),
            event_pattern=rule.pattern,
            targets=[target],
        )

    def _sweep(self) -> None:
        for spec in self.plan.topology.schedules:
            if spec.service == self.service.name:
                self._schedule(spec)

    def _schedule(self, spec: ScheduleSpec) -> None:
        names, function = self.plan.names, self.function("on_sweep")
        role = role_of(
            self,
            "ScheduleRole",
            only_here("scheduler.amazonaws.com", names),
            [Grant(("lambda:InvokeFunction",), (function.function_arn,))],
            f"Spaceport: the sweep of {spec.service}",
        )
        scheduler.CfnSchedule(
            self,
            "Schedule",
            name=names.of(f"spaceport-{spec.service}-sweep"),
            schedule_expression=f"rate({spec.every_s // 60} minutes)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=role.role_arn,
                input="{}",
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=0),
            ),
        )

    def _answer(self) -> None:
        routes = [
            route for route in self.plan.topology.routes if route.service == self.service.name
        ]
        if not routes:
            return
        function, api_id = self.function("on_request"), self.told("api-id")
        integration = apigateway.CfnIntegration(
            self,
            "Integration",
            api_id=api_id,
            integration_type="AWS_PROXY",
            integration_uri=function.function_arn,
            payload_format_version="2.0",
        )
        function.add_permission(
            "FromApi",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=self.plan.names.arn("execute-api", f"{api_id}/*"),
        )
        for route in routes:
            self._route(route, api_id, integration)

    def _route(self, route: RouteSpec, api_id: str, integration: apigateway.CfnIntegration) -> None:
        """Who signed in may ask; what is open has a secret in its path."""
        built = apigateway.CfnRoute(
            self,
            f"Route-{route.method}-{route.path.strip('/').replace('/', '-')}",
            api_id=api_id,
            route_key=f"{route.method} {route.path}",
            target=f"integrations/{integration.ref}",
            authorization_type="NONE" if route.is_open else "JWT",
            authorizer_id=None if route.is_open else self.told("authorizer-id"),
        )
        if route.is_open:
            because(built, "APIG4", "opened by a link, without a sign-in: its token is the key")
