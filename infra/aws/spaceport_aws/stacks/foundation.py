"""What every service stands on: bus and archive, bucket, tables, key, the topic of alarms."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from spaceport_aws.stacks.base import Plan, SpaceportStack
from spaceport_aws.stacks.network import JobNetwork
from spaceport_topology.wiring import TableSpec

ARCHIVE_DAYS = 30
ANYWHERE = "*"


class Foundation(SpaceportStack):
    """Deployed first and changed seldom; what it holds is the only thing that cannot be rebuilt."""

    def __init__(self, scope: Construct, plan: Plan) -> None:
        super().__init__(scope, "Foundation", plan, "Spaceport: bus, archive, bucket, tables, key")
        self.key = self._key()
        self.tell("key-arn", self.key.key_arn)
        self._bus()
        self.bucket = self._bucket(self._access_logs())
        for table in plan.topology.tables:
            self._table(table)
        self._mail()
        self._alarms()
        if plan.deployment.vpc:
            flow_log = self.log_group("FlowLog", f"/{plan.deployment.name}/jobs-network")
            network = JobNetwork(self, "Network", flow_log)
            self.tell("job-subnets", network.subnet_ids)
            self.tell("job-security-group", network.security_group_id)

    def _key(self) -> kms.Key:
        key = kms.Key(
            self,
            "Key",
            alias=f"alias/{self.plan.deployment.name}",
            description="Spaceport: photos, splats, alarms",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        alarming = [
            iam.ServicePrincipal(f"{name}.amazonaws.com") for name in ("cloudwatch", "budgets")
        ]
        for principal in alarming:
            key.grant(principal, "kms:Decrypt", "kms:GenerateDataKey")
        return key

    def _bus(self) -> None:
        """Progress is not archived: nobody replays it, and it is most of what is published."""
        names, topology = self.plan.names, self.plan.topology
        bus = events.EventBus(self, "Bus", event_bus_name=names.of(topology.bus))
        events.CfnArchive(
            self,
            "Archive",
            archive_name=names.of(topology.archive),
            source_arn=bus.event_bus_arn,
            retention_days=ARCHIVE_DAYS,
            event_pattern={
                "source": [{"prefix": "spaceport."}],
                "detail-type": [{"anything-but": ["StageProgressed"]}],
            },
        )

    def _access_logs(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "AccessLogs",
            bucket_name=f"{self.plan.names.bucket}-logs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(expiration=cdk.Duration.days(self.plan.deployment.keep_logs))
            ],
            removal_policy=self.data_removal,
        )

    def _bucket(self, access_logs: s3.Bucket) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=self.plan.names.bucket,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix="bucket/",
            lifecycle_rules=self._lifecycle(),
            cors=[self._cors()],
            removal_policy=self.data_removal,
        )
        # By hand: CDK's event_bridge_enabled brings a custom resource, and with it a function.
        child = bucket.node.default_child
        assert isinstance(child, s3.CfnBucket)
        child.add_property_override(
            "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
        )
        return bucket

    def _lifecycle(self) -> list[s3.LifecycleRule]:
        """Uploads are copied to their job; what a job leaves moves to where it costs less."""
        return [
            s3.LifecycleRule(
                id="torn-uploads", abort_incomplete_multipart_upload_after=cdk.Duration.days(7)
            ),
            *self._expiring(),
            s3.LifecycleRule(
                id="jobs",
                prefix="jobs/",
                transitions=[
                    s3.Transition(
                        storage_class=s3.StorageClass.INTELLIGENT_TIERING,
                        transition_after=cdk.Duration.days(0),
                    )
                ],
            ),
        ]

    def _expiring(self) -> list[s3.LifecycleRule]:
        """What the topology says expires: captures, and what is only on the way to a result."""
        deployment = self.plan.deployment
        days = {"captures": deployment.keep_uploads_days, "work": deployment.keep_work_days}
        return [
            s3.LifecycleRule(
                id=spec.prefix.rstrip("/"),
                prefix=spec.prefix,
                expiration=cdk.Duration.days(days[spec.kind]),
            )
            for spec in self.plan.topology.expiring
        ]

    def _cors(self) -> s3.CorsRule:
        """Browsers come with presigned requests only; the signature is what lets them in."""
        methods = [s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.PUT, s3.HttpMethods.POST]
        return s3.CorsRule(
            allowed_origins=web_origins(self.plan) or [ANYWHERE],
            allowed_methods=methods,
            allowed_headers=["content-type", "content-md5", "x-amz-*", "range"],
            exposed_headers=["ETag", "Content-Range", "Accept-Ranges"],
            max_age=3600,
        )

    def _table(self, table: TableSpec) -> None:
        """The definition goes into the template as it is, so both clouds have the same table."""
        built = dynamodb.CfnTable(
            self,
            f"Table-{table.name}",
            key_schema=[],
            table_name=self.plan.names.of(table.name),
            sse_specification=dynamodb.CfnTable.SSESpecificationProperty(sse_enabled=True),
            point_in_time_recovery_specification=(
                dynamodb.CfnTable.PointInTimeRecoverySpecificationProperty(
                    point_in_time_recovery_enabled=True
                )
            ),
            deletion_protection_enabled=not self.plan.deployment.delete_data,
        )
        for name, value in table.definition.items():
            built.add_property_override(name, value)
        built.apply_removal_policy(self.data_removal)

    def _mail(self) -> None:
        """Bounces and complaints come back over the default bus: nobody is written to in vain."""
        name = self.plan.deployment.name
        mail = ses.CfnConfigurationSet(self, "Mail", name=name)
        destination = ses.CfnConfigurationSetEventDestination(
            self,
            "MailEvents",
            configuration_set_name=name,
            event_destination=ses.CfnConfigurationSetEventDestination.EventDestinationProperty(
                name="bus",
                enabled=True,
                matching_event_types=["BOUNCE", "COMPLAINT"],
                event_bridge_destination=(
                    ses.CfnConfigurationSetEventDestination.EventBridgeDestinationProperty(
                        event_bus_arn=self.plan.names.arn("events", "event-bus/default")
                    )
                ),
            ),
        )
        destination.node.add_dependency(mail)

    def _alarms(self) -> None:
        names, address = self.plan.names, self.plan.deployment.alarm_address
        topic = sns.Topic(
            self,
            "Alarms",
            topic_name=names.of("spaceport-alarms"),
            master_key=self.key,
            enforce_ssl=True,
        )
        # Alarms and budgets of this account only: both services speak for everybody's.
        speaking = {
            "cloudwatch": names.arn("cloudwatch", "alarm:*"),
            "budgets": f"arn:{names.partition}:budgets::{names.account}:*",
        }
        for service, source in speaking.items():
            topic.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["sns:Publish"],
                    resources=[topic.topic_arn],
                    conditions={"ArnLike": {"aws:SourceArn": source}},
                )
            )
        if address:
            topic.add_subscription(subscriptions.EmailSubscription(address))


def web_origins(plan: Plan) -> list[str]:
    """The sites whose pages may call: the deployment's own, and those that were named."""
    own = [plan.deployment.public_url] if plan.deployment.public_url else []
    return [*own, *plan.deployment.web_origins]
