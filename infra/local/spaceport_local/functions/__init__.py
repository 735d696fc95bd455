"""The services' handlers behind their queues, schedules and routes."""
