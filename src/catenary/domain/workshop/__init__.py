"""What provider and customer agree on, how far they have, and what each suggests (PRODUCT R1)."""
