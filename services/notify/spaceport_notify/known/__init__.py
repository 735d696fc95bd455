"""What is known of a job, and what people see of it."""
