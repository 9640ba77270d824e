"""What could not be sent: a page of operators."""
