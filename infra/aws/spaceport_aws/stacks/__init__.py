"""One stack per service, and foundation, api, web and watch around them."""
