"""SES v2's SendEmail with raw mail, by way of LocalStack's SES: its community edition has no v2.

What v1 refuses (a sender that is not verified) is refused, and `/_aws/ses` shows what was sent.
"""

from email import message_from_bytes
from typing import Any, ClassVar

from localstack.aws.api import CommonServiceException, handler
from localstack.aws.connect import connect_to
from localstack.services.plugins import Service, aws_provider


class MailV2:
    """The one operation that Spaceport uses."""

    service: ClassVar[str] = "sesv2"
    version: ClassVar[str] = "2019-09-27"

    @handler("SendEmail", expand=False)
    def send_email(self, context: Any, request: dict[str, Any]) -> dict[str, Any]:
        """Pass the mail on; anything but a raw one is refused."""
        raw = request.get("Content", {}).get("Raw")
        if raw is None:
            told = "Only raw mail is sent here."
            raise CommonServiceException("BadRequestException", told, 400)
        client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).ses
        source = request.get("FromEmailAddress") or message_from_bytes(raw["Data"])["From"]
        try:
            sent = client.send_raw_email(
                Source=source,
                Destinations=request.get("Destination", {}).get("ToAddresses", []),
                RawMessage={"Data": raw["Data"]},
            )
        except client.exceptions.MessageRejected as error:
            told = str(error.response["Error"]["Message"])
            raise CommonServiceException("MessageRejected", told, 400) from error
        return {"MessageId": sent["MessageId"]}


@aws_provider(api="sesv2", name="default")
def sesv2_over_ses() -> Service:
    """LocalStack has no other."""
    return Service.for_provider(MailV2())
