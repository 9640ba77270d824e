"""What may be done about accounts, tokens and signing in: one module for each."""
