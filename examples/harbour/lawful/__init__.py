"""What goes on in the made-up city every day, and is as it should be."""
