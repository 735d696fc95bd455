"""What wakes somebody up: per service, in its own stack."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from spaceport_aws.stacks.base import SpaceportStack
from spaceport_runtime.service import Service

OLD_MESSAGE_S = 1800
ERRORS_IN_A_ROW = 3
SILENT_SWEEPS = 3
COUNTED = {
    "Denied": "AWS refuses what {} asks: a permission or a quota is missing; its log says which.",
    "CannotLaunch": "{} cannot launch a job: its log says why.",
}


def watch_service(
    stack: SpaceportStack, service: Service, functions: Mapping[str, lambda_.Function]
) -> None:
    """DLQ not empty, a message that nobody takes, functions that fail, a sweeper that is silent."""
    names = stack.plan.names
    if "on_message" in functions:
        _alarm(
            stack,
            "dead-letters",
            "Messages that could not be handled wait in the DLQ: see DEPLOYMENT.md.",
            queue_metric(names.of(service.dead_letter_name), "ApproximateNumberOfMessagesVisible"),
            threshold=1,
        )
        _alarm(
            stack,
            "oldest-message",
            "The queue's oldest message is not taken: the function is throttled or fails.",
            queue_metric(names.of(service.queue_name), "ApproximateAgeOfOldestMessage"),
            threshold=max(OLD_MESSAGE_S, 2 * service.handler_timeout_s),
        )
    for entry, function in functions.items():
        _alarm(
            stack,
            f"{entry.removeprefix('on_')}-errors",
            f"{entry} of {service.name} fails again and again: see its log.",
            function.metric_errors(period=cdk.Duration.minutes(5), statistic="Sum"),
            threshold=1,
            periods=ERRORS_IN_A_ROW,
        )
    for metric, told in COUNTED.items():
        if service.job or metric == "Denied":
            counted = own_metric(stack, metric, service.name)
            _alarm(stack, metric.lower(), told.format(service.name), counted, threshold=1)
    if "on_sweep" in functions:
        _silence(stack, service, functions["on_sweep"])


def _silence(stack: SpaceportStack, service: Service, sweep: lambda_.Function) -> None:
    """A sweeper that does not run is the one failure that nothing else heals."""
    every_s = next(
        spec.every_s for spec in stack.plan.topology.schedules if spec.service == service.name
    )
    period = cdk.Duration.seconds(every_s)
    _alarm(
        stack,
        "sweeper-silent",
        f"The sweep of {service.name} has not run: lost events are not healed.",
        sweep.metric_invocations(period=period, statistic="Sum"),
        threshold=1,
        periods=SILENT_SWEEPS,
        comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        missing=cloudwatch.TreatMissingData.BREACHING,
    )


def queue_metric(queue_name: str, metric: str) -> cloudwatch.Metric:
    """A queue's metric by the queue's name."""
    return cloudwatch.Metric(
        namespace="AWS/SQS",
        metric_name=metric,
        dimensions_map={"QueueName": queue_name},
        statistic="Maximum",
        period=cdk.Duration.minutes(1),
    )


def own_metric(stack: SpaceportStack, metric: str, service: str) -> cloudwatch.Metric:
    """A metric that a function's log lines carry (`spaceport_runtime.observe`)."""
    return cloudwatch.Metric(
        namespace=stack.plan.deployment.name,
        metric_name=metric,
        dimensions_map={"service": service},
        statistic="Sum",
        period=cdk.Duration.minutes(5),
        label=service,
    )


def _alarm(
    stack: SpaceportStack,
    what: str,
    description: str,
    metric: cloudwatch.Metric,
    threshold: float,
    periods: int = 1,
    comparison: cloudwatch.ComparisonOperator = (
        cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
    ),
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
) -> None:
    part = stack.stack_name.rsplit("-", 1)[1].lower()
    topic = stack.plan.names.alarm_topic_arn
    alarm = cloudwatch.Alarm(
        stack,
        f"Alarm-{what}",
        alarm_name=stack.plan.names.of(f"spaceport-{part}-{what}"),
        alarm_description=description,
        metric=metric,
        threshold=threshold,
        evaluation_periods=periods,
        datapoints_to_alarm=periods,
        comparison_operator=comparison,
        treat_missing_data=missing,
    )
    built = alarm.node.default_child
    assert isinstance(built, cloudwatch.CfnAlarm)
    built.alarm_actions = [topic]
    built.ok_actions = [topic]
