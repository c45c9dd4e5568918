"""Overview: headline figures, capital and reform pages."""
