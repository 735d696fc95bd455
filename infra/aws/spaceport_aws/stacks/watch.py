"""What people look at, and what money may be spent."""

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from spaceport_aws.access.functions import function_name
from spaceport_aws.stacks.alarms import queue_metric
from spaceport_aws.stacks.base import Plan, SpaceportStack
from spaceport_runtime.service import Service

BUDGET_STEPS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))


class Watch(SpaceportStack):
    """A dashboard over all services, and the budget."""

    def __init__(self, scope: Construct, services: tuple[Service, ...], plan: Plan) -> None:
        super().__init__(scope, "Watch", plan, "Spaceport: dashboard, budget")
        dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{plan.deployment.name}-{plan.deployment.region}",
            default_interval=cdk.Duration.days(1),
        )
        for row in self._rows(services):
            dashboard.add_widgets(*row)
        self._budget()

    def _rows(self, services: tuple[Service, ...]) -> list[list[cloudwatch.IWidget]]:
        stages = [service for service in services if service.job]
        listening = [service for service in services if self._has_queue(service)]
        return [
            [self._jobs(stages), self._durations(stages), self._failures(stages)],
            [self._ages(listening), self._dead_letters(listening)],
            [self._errors(listening), self._spend()],
        ]

    def _has_queue(self, service: Service) -> bool:
        return any(spec.service == service.name for spec in self.plan.topology.functions)

    def _own(self, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
        """A metric that the functions write into their logs (EMF)."""
        return cloudwatch.Metric(
            namespace=self.plan.deployment.name,
            metric_name=name,
            dimensions_map=dimensions,
            statistic=statistic,
            period=cdk.Duration.minutes(5),
            label=dimensions.get("service", name),
        )

    def _jobs(self, stages: list[Service]) -> cloudwatch.GraphWidget:
        running = [self._own("RunsOpen", "Maximum", service=stage.name) for stage in stages]
        waiting = [self._own("RunsWaiting", "Maximum", service=stage.name) for stage in stages]
        return cloudwatch.GraphWidget(
            title="Jobs in flight (left), waiting for a machine (right)",
            left=list(running),
            right=list(waiting),
            width=8,
        )

    def _durations(self, stages: list[Service]) -> cloudwatch.GraphWidget:
        metrics = [self._own("StageSeconds", "p50", service=stage.name) for stage in stages]
        return cloudwatch.GraphWidget(
            title="Seconds per stage (median)", left=list(metrics), width=8
        )

    def _failures(self, stages: list[Service]) -> cloudwatch.GraphWidget:
        name = self.plan.deployment.name
        search = (
            f"SEARCH('{{{name},service,failure_class}} MetricName=\"StageFailed\"', 'Sum', 300)"
        )
        found = cloudwatch.MathExpression(expression=search, label="", using_metrics={})
        return cloudwatch.GraphWidget(title="Failures by class", left=[found], width=8)

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
                cost_filters={"TagKeyValue": [f"user:spaceport:deployment${deployment.stage}"]},
            ),
            notifications_with_subscribers=steps,
        )
