"""Reading the portfolio: every query is told who asks and from where they look."""
