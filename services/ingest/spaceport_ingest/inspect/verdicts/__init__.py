"""What is said of each photo as soon as it has arrived, before anything is paid for."""
