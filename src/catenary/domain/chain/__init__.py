"""The chain as arrays that conditions are computed over (`docs/algorithms/propagation.md`)."""
