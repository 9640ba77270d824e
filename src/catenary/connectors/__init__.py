"""Each outside system in a small complete folder of its own."""
