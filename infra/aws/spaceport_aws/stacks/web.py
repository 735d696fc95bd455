"""The site and the API as one origin: CloudFront before a private bucket and API Gateway.

`python -m spaceport_aws.publish` fills it with the built folder.
"""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spaceport_aws.stacks.base import Plan, SpaceportStack, because
from spaceport_aws.stacks.edge import (
    OWN_SIGN_IN,
    api_patterns,
    config_function,
    page_function,
    sign_in_config,
)
from spaceport_topology.pages import CONFIG, EMBED, content_security_policy

YEAR_S = 31_536_000
TILES = "https://tile.openstreetmap.org"


class Web(SpaceportStack):
    """Pages, the API's paths, and `config.json`; jobs' files come from S3 by presigned requests."""

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
            default_behavior=self._pages(site, self._headers("Headers", is_framed=False)),
            additional_behaviors={
                f"{EMBED}*": self._pages(site, self._headers("Framed", is_framed=True)),
                CONFIG: self._config(site),
                **dict.fromkeys(api_patterns(self.plan.topology.routes), self._api()),
            },
        )

    @property
    def _named(self) -> str:
        """What CloudFront, which is the world's, has of ours begins with."""
        return f"{self.plan.deployment.name}-{self.plan.deployment.region}"

    def _pages(
        self, site: s3.Bucket, headers: cloudfront.ResponseHeadersPolicy
    ) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(site),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=headers,
            function_associations=[self._on_request("Pages", page_function())],
            compress=True,
        )

    def _config(self, site: s3.Bucket) -> cloudfront.BehaviorOptions:
        """Never asked of the bucket: the function has the answer."""
        config = OWN_SIGN_IN
        if not self.plan.deployment.jwt_issuer:
            told = (self.told(f"sign-in-{name}") for name in ("domain", "issuer", "client"))
            config = sign_in_config(*told)
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(site),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            function_associations=[self._on_request("Config", config_function(config))],
        )

    def _api(self) -> cloudfront.BehaviorOptions:
        """All of a request but its host, which names API Gateway's own; nothing is kept."""
        host = f"{self.told('api-id')}.execute-api.{self.plan.deployment.region}.amazonaws.com"
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(host),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        )

    def _on_request(self, construct_id: str, code: str) -> cloudfront.FunctionAssociation:
        known = self.node.try_find_child(f"On{construct_id}")
        function = known or cloudfront.Function(
            self,
            f"On{construct_id}",
            function_name=f"{self._named}-{construct_id.lower()}",
            code=cloudfront.FunctionCode.from_inline(code),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        assert isinstance(function, cloudfront.Function)
        return cloudfront.FunctionAssociation(
            function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
        )

    def _headers(self, construct_id: str, *, is_framed: bool) -> cloudfront.ResponseHeadersPolicy:
        """`frame-ancestors` says who may frame a page; the older header cannot say "anybody"."""
        no_frames = cloudfront.ResponseHeadersFrameOptions(
            frame_option=cloudfront.HeadersFrameOption.DENY, override=True
        )
        behaviours = cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=site_policy(self.plan, is_framed=is_framed), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=None if is_framed else no_frames,
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=cdk.Duration.seconds(YEAR_S),
                include_subdomains=True,
                override=True,
            ),
        )
        return cloudfront.ResponseHeadersPolicy(
            self,
            construct_id,
            response_headers_policy_name=f"{self._named}-{construct_id.lower()}",
            security_headers_behavior=behaviours,
        )


def site_policy(plan: Plan, *, is_framed: bool) -> str:
    """Own files and the API, which are one origin; S3 and the sign-in; maps' tiles as images."""
    region = plan.deployment.region
    bucket = f"https://{plan.names.bucket}.s3.{region}.amazonaws.com"
    sign_in = f"https://{plan.names.sign_in}.auth.{region}.amazoncognito.com"
    return content_security_policy([bucket, sign_in], [TILES], is_framed=is_framed)
