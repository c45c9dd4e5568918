"""The web console: pages, JSON and live news over the books, each within the viewer's reach."""
