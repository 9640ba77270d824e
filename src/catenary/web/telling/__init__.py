"""What the product tells those who run it: request ids, log lines, metrics, being ready."""
