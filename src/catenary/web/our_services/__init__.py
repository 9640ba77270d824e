"""The pages of customers: what they consume, in their words."""
