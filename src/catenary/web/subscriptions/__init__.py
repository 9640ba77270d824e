"""What somebody wants to hear of, and how."""
