"""What the three stages share: admit a request, launch its job once, bring it to its one end."""
