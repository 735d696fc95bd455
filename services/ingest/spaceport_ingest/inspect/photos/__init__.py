"""Single photos: what they are, whether they are whole, and what they say."""
