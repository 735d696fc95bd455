"""Features, and which photos show the same thing."""
