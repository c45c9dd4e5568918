"""Who sees it? Pages, JSON and live news over the books, each within the reach of whoever looks."""
