"""HTTP on this machine: the server, who may ask it, and API Gateway's manners."""
