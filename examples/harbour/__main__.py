"""Run the demonstration on the made-up world: `python -m examples.harbour [DIR]`, afresh each time."""

import sys

from comptroller.cli import app

if __name__ == "__main__":
    app(["demo", *(sys.argv[1:] or ["build/demo"]), "--fresh"])
