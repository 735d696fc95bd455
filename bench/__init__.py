"""Every figure that the README quotes, one program each; it imports nothing of the tests."""
