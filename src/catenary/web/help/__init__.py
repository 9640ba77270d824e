"""What the words mean: quoted next to them, and all together on one page."""
