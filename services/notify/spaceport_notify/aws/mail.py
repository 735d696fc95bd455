"""E-mail through SES."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from spaceport_notify.ports import MailRefused, MailUncertain
from spaceport_runtime.aws.errors import code_of, ours
from spaceport_runtime.errors import Denied, Retryable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# boto3 must not repeat a send by itself: after a broken connection the first may have gone out.
SEND_ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})
MAYBE_SENT = ("InternalFailure", "InternalServerError")
NEVER_LEFT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError)


class SesMailer:
    """SES v2's `SendEmail` with whole MIME messages.

    `configuration_set` is what publishes bounces and complaints to EventBridge.
    """

    def __init__(self, client: "SESV2Client", configuration_set: str | None = None) -> None:
        self._client = client
        self._options: Any = {}
        if configuration_set:
            self._options["ConfigurationSetName"] = configuration_set

    def send(self, message: EmailMessage) -> None:
        """Send to the message's `To`."""
        try:
            self._client.send_email(
                FromEmailAddress=message["From"],
                Destination={"ToAddresses": [each.addr_spec for each in message["To"].addresses]},
                Content={"Raw": {"Data": message.as_bytes(policy=SMTP)}},
                **self._options,
            )
        except ClientError as error:
            if code_of(error) in MAYBE_SENT:
                raise MailUncertain(str(error)) from error
            busy = ours(error)
            raise MailRefused(str(error)) if isinstance(busy, Denied) else busy from error
        except NEVER_LEFT as error:
            raise Retryable(str(error)) from error
        except BotoCoreError as error:
            raise MailUncertain(str(error)) from error
