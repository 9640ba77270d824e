"""The history of what has no other page for it: organizations, people and consumption."""
