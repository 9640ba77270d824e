"""What may be asked about accounts, tokens and signing in: one module for each."""
