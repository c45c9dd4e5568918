"""The register of entities, the numbers of parties, and the last report of each."""
