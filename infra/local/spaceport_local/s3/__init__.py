"""S3 on this machine: objects as files, streamed in and out, and the events that they make."""
