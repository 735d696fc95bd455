"""The account and the region that the embedded cloud pretends to be."""

ACCOUNT = "123456789012"
REGION = "us-east-1"
MAIL_SENDER = "Spaceport <spaceport@localhost>"
