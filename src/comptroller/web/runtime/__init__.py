"""The running server: one writer, many readers, background work, and what it stores beside the books."""
