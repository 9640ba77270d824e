"""Writing: words are recorded, and conditions follow from them."""
