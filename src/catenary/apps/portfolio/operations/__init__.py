"""Writing the portfolio: services, consumption, and what is derived from them."""
