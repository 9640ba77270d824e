"""Services, what they rest on and who consumes them."""
