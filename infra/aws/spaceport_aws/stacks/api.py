"""The HTTP API's front: sign-in, throttles, CORS, access log. The routes come with the services."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from spaceport_aws.stacks.base import Plan, SpaceportStack, because
from spaceport_aws.stacks.foundation import web_origins

ACCESS_LOG_FIELDS = (
    "requestId",
    "routeKey",
    "status",
    "responseLatency",
    "integrationErrorMessage",
)
LOCAL_PAGE = "http://localhost:5173"
# A terminal proves its user's password without sending it, and holds no secret either.
TERMINAL_FLOW = {
    "generate_secret": False,
    "prevent_user_existence_errors": True,
    "auth_flows": cognito.AuthFlow(user_srp=True),
    "disable_o_auth": True,
    "access_token_validity": cdk.Duration.hours(1),
    "refresh_token_validity": cdk.Duration.days(30),
    "enable_token_revocation": True,
}


class Api(SpaceportStack):
    """One API; who signs in where is the deployment's choice, Cognito unless another is named."""

    def __init__(self, scope: Construct, plan: Plan) -> None:
        super().__init__(scope, "Api", plan, "Spaceport: HTTP API, sign-in")
        self.api = self._api()
        self._stage()
        issuer, audience = self._sign_in()
        authorizer = apigateway.CfnAuthorizer(
            self,
            "SignIn",
            api_id=self.api.ref,
            authorizer_type="JWT",
            name="sign-in",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=apigateway.CfnAuthorizer.JWTConfigurationProperty(
                issuer=issuer, audience=audience
            ),
        )
        self.tell("api-id", self.api.ref)
        self.tell("api-url", self.api.attr_api_endpoint)
        self.tell("authorizer-id", authorizer.ref)

    def _api(self) -> apigateway.CfnApi:
        return apigateway.CfnApi(
            self,
            "Api",
            name=self.plan.deployment.name,
            protocol_type="HTTP",
            cors_configuration=apigateway.CfnApi.CorsProperty(
                allow_origins=web_origins(self.plan) or [LOCAL_PAGE],
                allow_methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
                allow_headers=["authorization", "content-type", "idempotency-key"],
                expose_headers=["etag", "location", "retry-after"],
                max_age=3600,
            ),
        )

    def _stage(self) -> None:
        name = self.plan.deployment.name
        log = self.log_group("AccessLog", f"/{name}/api")
        rate = self.plan.deployment.requests_per_s
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.ref,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn,
                format=self.to_json_string({key: f"$context.{key}" for key in ACCESS_LOG_FIELDS}),
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=rate,
                throttling_burst_limit=2 * rate,
                detailed_metrics_enabled=True,
            ),
        )

    def _sign_in(self) -> tuple[str, list[str]]:
        deployment = self.plan.deployment
        if deployment.jwt_issuer:
            return deployment.jwt_issuer, list(deployment.jwt_audience)
        pool = cognito.UserPool(
            self,
            "People",
            user_pool_name=deployment.name,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
            ),
            deletion_protection=not deployment.delete_data,
            removal_policy=self.data_removal,
        )
        because(pool, "COG2", "MFA is offered; to force it is the deployment's choice")
        because(pool, "COG8", "the plus plan costs per user; people are invited by hand")
        client = pool.add_client("Web", **self._browser_flow())
        self._sign_in_page(pool, client)
        terminal = pool.add_client("Terminal", **TERMINAL_FLOW)
        cdk.CfnOutput(self, "UserPool", value=pool.user_pool_id)
        cdk.CfnOutput(self, "UserPoolClient", value=client.user_pool_client_id)
        self._tell_terminals(pool.user_pool_id, terminal.user_pool_client_id)
        return pool.user_pool_provider_url, [
            client.user_pool_client_id,
            terminal.user_pool_client_id,
        ]

    def _tell_terminals(self, pool_id: str, client_id: str) -> None:
        """What `spaceport login` needs, for the operator to pass on; none of it is secret."""
        self.tell("user-pool", pool_id)
        self.tell("user-pool-client", client_id)
        command = f"spaceport login {self.api.attr_api_endpoint} --pool {pool_id}"
        cdk.CfnOutput(self, "TerminalSignIn", value=f"{command} --client {client_id}")

    def _sign_in_page(self, pool: cognito.UserPool, client: cognito.UserPoolClient) -> None:
        """Cognito's pages at a domain of Amazon's; the site's `config.json` says where."""
        prefix = cognito.CognitoDomainOptions(domain_prefix=self.plan.names.sign_in)
        domain = pool.add_domain("SignInPage", cognito_domain=prefix)
        self.tell("sign-in-domain", domain.base_url())
        self.tell("sign-in-issuer", pool.user_pool_provider_url)
        self.tell("sign-in-client", client.user_pool_client_id)

    def _browser_flow(self) -> dict[str, object]:
        """A page holds no secret; it signs in by code and PKCE."""
        origins = web_origins(self.plan) or [LOCAL_PAGE]
        return {
            "generate_secret": False,
            "prevent_user_existence_errors": True,
            "auth_flows": cognito.AuthFlow(user_srp=True),
            "o_auth": cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                callback_urls=[f"{origin}/" for origin in origins],
                logout_urls=[f"{origin}/" for origin in origins],
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
            ),
        }
