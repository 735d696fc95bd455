"""What people look at: a dashboard over all services, every event in a log, and the budget."""

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from spaceport_aws.access.functions import function_name
from spaceport_aws.stacks.alarms import own_metric, queue_metric
from spaceport_aws.stacks.base import Plan, SpaceportStack
from spaceport_runtime.service import Service

BUDGET_STEPS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
ENDS = "SparseModelBuilt|SplatTrained|SplatCompressed"
IN_FLIGHT = (
    "fields strcontains(`detail-type`, 'StageStarted') as s, "
    f"`detail-type` like /{ENDS}|StageFailed/ as e "
    "| stats sum(s) as started, sum(e) as ended, sum(s) - sum(e) as in_flight by bin(1h)"
)
SECONDS = (
    f"filter `detail-type` like /{ENDS}/ "
    "| stats median(detail.seconds) as p50, pct(detail.seconds, 90) as p90, count() as n "
    "by `detail-type`"
)
FAILURES = (
    "filter `detail-type` = 'StageFailed' or `detail-type` = 'CaptureRejected' "
    "| stats count() as n by `detail-type`, detail.stage, detail.failure_class"
)


class Watch(SpaceportStack):
    """Everything but progress that is said on the bus is kept as a line for queries."""

    def __init__(self, scope: Construct, services: tuple[Service, ...], plan: Plan) -> None:
        super().__init__(scope, "Watch", plan, "Spaceport: dashboard, log of events, budget")
        self._told = self._log_of_events()
        dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{plan.deployment.name}-{plan.deployment.region}",
            default_interval=cdk.Duration.days(1),
        )
        for row in self._rows(services):
            dashboard.add_widgets(*row)
        self._budget()

    def _log_of_events(self) -> logs.LogGroup:
        """The bus's words by job id: `spaceport logs JOB` and the dashboard ask it."""
        names = self.plan.names
        group = self.log_group("Events", f"/aws/events/{self.plan.deployment.name}")
        delivering = iam.PolicyStatement(
            principals=[
                iam.ServicePrincipal("events.amazonaws.com"),
                iam.ServicePrincipal("delivery.logs.amazonaws.com"),
            ],
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[names.arn("logs", f"log-group:{group.log_group_name}:*")],
        )
        logs.ResourcePolicy(
            self,
            "EventsPolicy",
            resource_policy_name=f"{self.plan.deployment.name}-events",
            policy_statements=[delivering],
        )
        events.CfnRule(
            self,
            "EventsRule",
            name=names.of("spaceport-log"),
            event_bus_name=names.of(self.plan.topology.bus),
            event_pattern={
                "source": [{"prefix": "spaceport."}],
                "detail-type": [{"anything-but": ["StageProgressed"]}],
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="log", arn=names.arn("logs", f"log-group:{group.log_group_name}")
                )
            ],
        )
        return group

    def _rows(self, services: tuple[Service, ...]) -> list[list[cloudwatch.IWidget]]:
        """Services that listen to nothing have no queue to look at."""
        stages = [service for service in services if service.job]
        listening = [service for service in services if service.listens]
        return [
            [self._asked("Jobs in flight", IN_FLIGHT), self._asked("Seconds per stage", SECONDS)],
            [self._asked("Failures by class", FAILURES), self._trouble(stages)],
            [self._ages(listening), self._dead_letters(listening)],
            [self._errors(listening), self._spend()],
        ]

    def _asked(self, title: str, query: str) -> cloudwatch.LogQueryWidget:
        return cloudwatch.LogQueryWidget(
            title=title,
            log_group_names=[self._told.log_group_name],
            query_string=query,
            view=cloudwatch.LogQueryVisualizationType.TABLE,
            width=12,
        )

    def _trouble(self, stages: list[Service]) -> cloudwatch.GraphWidget:
        kinds = ("StageFailed", "CannotLaunch", "Denied", "Busy")
        lines = [own_metric(self, kind, stage.name) for kind in kinds for stage in stages]
        return cloudwatch.GraphWidget(title="Trouble", left=list(lines), width=12)

    def _ages(self, services: list[Service]) -> cloudwatch.GraphWidget:
        names = self.plan.names
        ages = [
            queue_metric(names.of(service.queue_name), "ApproximateAgeOfOldestMessage")
            for service in services
        ]
        return cloudwatch.GraphWidget(title="Oldest message, s", left=list(ages), width=12)

    def _dead_letters(self, services: list[Service]) -> cloudwatch.GraphWidget:
        names = self.plan.names
        depths = [
            queue_metric(names.of(service.dead_letter_name), "ApproximateNumberOfMessagesVisible")
            for service in services
        ]
        return cloudwatch.GraphWidget(title="Dead letters", left=list(depths), width=12)

    def _errors(self, services: list[Service]) -> cloudwatch.GraphWidget:
        errors = [
            cloudwatch.Metric(
                namespace="AWS/Lambda",
                metric_name="Errors",
                dimensions_map={
                    "FunctionName": function_name(service, "on_message", self.plan.names)
                },
                statistic="Sum",
                period=cdk.Duration.minutes(5),
            )
            for service in services
        ]
        return cloudwatch.GraphWidget(title="Function errors", left=list(errors), width=12)

    def _spend(self) -> cloudwatch.SingleValueWidget:
        """Billing metrics live in us-east-1, for the whole account, once they are switched on."""
        charge = cloudwatch.Metric(
            namespace="AWS/Billing",
            metric_name="EstimatedCharges",
            dimensions_map={"Currency": "USD"},
            statistic="Maximum",
            period=cdk.Duration.hours(6),
            region="us-east-1",
        )
        return cloudwatch.SingleValueWidget(title="Spent this month, $", metrics=[charge], width=12)

    def _budget(self) -> None:
        deployment, names = self.plan.deployment, self.plan.names
        subscriber = budgets.CfnBudget.SubscriberProperty(
            subscription_type="SNS", address=names.alarm_topic_arn
        )
        steps = [
            budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[subscriber],
            )
            for kind, percent in BUDGET_STEPS
        ]
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=f"{deployment.name}-{deployment.region}",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(
                    amount=deployment.budget_usd, unit="USD"
                ),
                cost_filters={"TagKeyValue": [f"user:spaceport:deployment${deployment.name}"]},
            ),
            notifications_with_subscribers=steps,
        )
