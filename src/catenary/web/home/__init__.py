"""Home: the viewpoint's place in the chain."""
