"""Pages of inlets: the addresses at which monitors report."""
