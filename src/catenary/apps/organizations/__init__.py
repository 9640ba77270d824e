"""Organizations, people and the roles people have in organizations."""
