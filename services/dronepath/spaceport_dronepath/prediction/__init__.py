"""What the photos will show."""
