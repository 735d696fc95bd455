"""A network for jobs that reaches AWS and nothing else."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct


class JobNetwork(Construct):
    """Isolated subnets: S3 and the bus come in by endpoints, and there is no other way out."""

    def __init__(self, scope: Construct, construct_id: str, flow_log: logs.ILogGroup) -> None:
        super().__init__(scope, construct_id)
        vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            restrict_default_security_group=False,  # CDK would bring a function for it
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="jobs", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                )
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)
            },
        )
        vpc.add_flow_log("Flow", destination=ec2.FlowLogDestination.to_cloud_watch_logs(flow_log))
        # Out to anywhere: the subnets have no route but to the endpoints.
        jobs = ec2.SecurityGroup(self, "Jobs", vpc=vpc, description="Spaceport jobs")
        endpoints = ec2.SecurityGroup(
            self, "Endpoints", vpc=vpc, allow_all_outbound=False, description="Endpoints for jobs"
        )
        endpoints.add_ingress_rule(jobs, ec2.Port.tcp(443), "jobs")
        vpc.add_interface_endpoint(
            "Bus",
            service=ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
            security_groups=[endpoints],
            open=False,
        )
        self.subnet_ids = ",".join(subnet.subnet_id for subnet in vpc.isolated_subnets)
        self.security_group_id = jobs.security_group_id
