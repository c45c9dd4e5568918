"""Related parties: ties between persons and entities, and the graph tables."""
