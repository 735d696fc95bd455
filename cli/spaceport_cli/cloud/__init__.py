"""`spaceport up`, and the commands that talk to a cloud that runs."""
