"""The nouns of the product as frozen values: no store, no input or output."""
