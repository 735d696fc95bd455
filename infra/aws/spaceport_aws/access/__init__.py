"""What every function and every job may do, as values; nothing else is allowed to anybody."""
