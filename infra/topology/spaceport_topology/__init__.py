"""What every cloud is built from: rules, queues, functions, routes and tables, as values."""
