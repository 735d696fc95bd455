"""One module per check of what users upload; S3 is passed in, nothing here makes a client."""
