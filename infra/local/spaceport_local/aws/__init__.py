"""AWS's services on this machine: moto behind a tap, and what it forgets kept on disk."""
