"""What the services' HTTP APIs share."""
