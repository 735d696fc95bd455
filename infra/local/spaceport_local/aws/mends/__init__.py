"""What of moto is mended, one trouble a file: here at the edge, never in a service."""
