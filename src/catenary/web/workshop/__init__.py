"""Provider and customer fill the blueprint together, and each confirms the version."""
