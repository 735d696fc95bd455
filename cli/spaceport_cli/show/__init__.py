"""What people see: words, figures, a job's progress."""
