"""One reader a file format: each turns bytes into raw tables."""
