"""The site: a private bucket behind CloudFront, with security headers and immutable assets.

`python -m spaceport_aws.publish` fills it with the built folder.
"""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spaceport_aws.stacks.base import Plan, SpaceportStack, because
from spaceport_topology.pages import content_security_policy

YEAR_S = 31_536_000
TILES = "https://tile.openstreetmap.org"


class Web(SpaceportStack):
    """Static files only; the page talks to the API and to S3 by presigned requests."""

    def __init__(self, scope: Construct, plan: Plan) -> None:
        super().__init__(scope, "Web", plan, "Spaceport: the site")
        site = self._bucket(
            "Site", f"{plan.names.bucket}-web", s3.ObjectOwnership.BUCKET_OWNER_ENFORCED
        )
        logs = self._bucket(
            "Logs", f"{plan.names.bucket}-web-logs", s3.ObjectOwnership.OBJECT_WRITER
        )
        logs.add_lifecycle_rule(expiration=cdk.Duration.days(plan.deployment.keep_logs))
        distribution = self._distribution(site, logs)
        because(site, "S1", "CloudFront, the only reader, keeps the log")
        because(logs, "S1", "a log of the log")
        because(distribution, "CFR1", "the site is for everywhere")
        because(distribution, "CFR2", "static files; a WAF costs more than it could save here")
        if not plan.deployment.domain:
            because(distribution, "CFR4", "CloudFront's own name allows no other TLS setting")
        self.tell("web-bucket", site.bucket_name)
        self.tell("web-distribution", distribution.distribution_id)
        cdk.CfnOutput(self, "Address", value=f"https://{distribution.distribution_domain_name}")

    def _bucket(self, construct_id: str, name: str, ownership: s3.ObjectOwnership) -> s3.Bucket:
        return s3.Bucket(
            self,
            construct_id,
            bucket_name=name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=ownership,
            removal_policy=self.data_removal,
        )

    def _distribution(self, site: s3.Bucket, logs: s3.Bucket) -> cloudfront.Distribution:
        deployment = self.plan.deployment
        certificate = (
            acm.Certificate.from_certificate_arn(self, "Certificate", deployment.certificate_arn)
            if deployment.certificate_arn
            else None
        )
        index = cloudfront.ErrorResponse(
            http_status=403,
            response_http_status=200,
            response_page_path="/index.html",
            ttl=cdk.Duration.seconds(0),
        )
        return cloudfront.Distribution(
            self,
            "Distribution",
            comment=deployment.name,
            default_root_object="index.html",
            domain_names=[deployment.domain] if deployment.domain else None,
            certificate=certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            enable_logging=True,
            log_bucket=logs,
            # A page of the app is not a file: S3 answers 403, the visitor gets the app.
            error_responses=[index],
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(site),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=self._headers(),
                compress=True,
            ),
        )

    def _headers(self) -> cloudfront.ResponseHeadersPolicy:
        behaviours = cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=site_policy(self.plan), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=cdk.Duration.seconds(YEAR_S),
                include_subdomains=True,
                override=True,
            ),
        )
        name = f"{self.plan.deployment.name}-{self.plan.deployment.region}"
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=name,
            security_headers_behavior=behaviours,
        )


def site_policy(plan: Plan) -> str:
    """Own files, the API, S3 and the sign-in; maps' tiles as images."""
    region = plan.deployment.region
    api = f"https://*.execute-api.{region}.amazonaws.com"
    bucket = f"https://{plan.names.bucket}.s3.{region}.amazonaws.com"
    sign_in = f"https://cognito-idp.{region}.amazonaws.com"
    return content_security_policy([api, bucket, sign_in], [TILES])
