"""What a provider shows to everybody, and deciding it."""
