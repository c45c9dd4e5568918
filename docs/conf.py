"""How Sphinx makes the site from these pages: `make docs`."""

import re
from pathlib import Path
from typing import Any

from sphinx.search.en import SearchEnglish

HERE = Path(__file__).parent
PACKAGE = (HERE.parent / "src" / "comptroller" / "__init__.py").read_text(encoding="utf-8")

project = "Comptroller"
author = "The authors of Comptroller"
copyright = "The authors of Comptroller, Apache-2.0"  # noqa: A001 - the name that Sphinx reads
release = version = re.findall(r'^__version__ = "(.+)"', PACKAGE, re.MULTILINE)[0]

extensions = ["myst_parser"]
exclude_patterns = ["Thumbs.db"]
myst_heading_anchors = 3
myst_enable_extensions = ["tasklist"]
highlight_language = "text"

html_search_language = "en-zh"
html_theme = "furo"
html_title = f"Comptroller {release}"
html_show_sourcelink = False
html_copy_source = False
html_theme_options: dict[str, Any] = {
    "light_css_variables": {"font-stack": "system-ui, 'Noto Sans CJK SC', 'Noto Sans', sans-serif"},
    "navigation_with_keys": True,
}


class SearchBoth(SearchEnglish):
    """English words by their stems, and Chinese text by every two characters that follow each other.

    A query of two characters is then found exactly; a longer one is found inside the whole run, which is a word as well.
    """

    lang = "en-zh"
    language_name = "English"

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name that Sphinx passes
        """Return the words of a text, and the pairs of characters of each Chinese run."""
        words = super().split(input)
        runs = [run for word in words for run in re.findall(r"[\u4e00-\u9fff]{3,}", word)]
        return words + [run[at : at + 2] for run in runs for at in range(len(run) - 1)]


def _hide_rule_pages(_app: Any, docname: str, source: list[str]) -> None:
    """Mark the generated pages of single kinds and rules as no part of the menu; the reference leads to them."""
    if re.match(r"reference/.+", docname) and docname != "reference/index":
        source[0] = f"---\norphan: true\n---\n\n{source[0]}"


def setup(app: Any) -> None:
    """Register the search of both languages, and what is done to a page before it is read."""
    app.add_search_language(SearchBoth)
    app.connect("source-read", _hide_rule_pages)
