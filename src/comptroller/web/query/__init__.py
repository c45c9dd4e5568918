"""Questions in SQL over the tables that a visitor may see."""
