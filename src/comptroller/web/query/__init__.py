"""SQL queries over the tables that a visitor may see."""
