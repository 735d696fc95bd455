"""A deployment in an AWS account, from the terminal: sign in, run, follow, collect; jobs, logs."""
