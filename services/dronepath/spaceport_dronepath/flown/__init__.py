"""What was flown, held against the plan."""
