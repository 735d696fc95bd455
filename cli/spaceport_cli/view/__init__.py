"""`spaceport view`: a finished result in the browser."""
