"""The e-mails: which one is due, what it says, and its form."""
