"""What every service shares: consume, publish, launch a job once."""
