"""Measure the goals of docs/performance.md on made data: `make bench`, or `python -m bench [--held N] [--small] [--only
NAME]`.

Each measure runs in its own process, one after the other, so that none starts with another's memory or caches. It takes
minutes at full size; on a busy machine the figures mean little.
"""

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench.afresh import rebuild, rules
from bench.appending import ledger
from bench.figures import Figure, Found, Missing, machine, print_figures, write_figures
from bench.line import growth, latency, sustained
from bench.nodes import ROOT, held_node
from bench.rivals import rivals
from bench.size import FULL, SMALL, Size

MEASURES: dict[str, Callable[[Size, Path], Found]] = {
    "ledger": ledger,
    "sustained": sustained,
    "latency": latency,
    "growth": growth,
    "rules": rules,
    "rebuild": rebuild,
    "rivals": rivals,
}
"""Measures by name, in the order of their runs; `sustained` returns the memory figure as well."""
NODES: dict[str, Callable[[Size], list[tuple[int, str]]]] = {
    "ledger": lambda _: [],
    "rivals": lambda _: [],
    "sustained": lambda size: [(size.held, "held")],
    "latency": lambda size: [(size.held, "held")],
    "growth": lambda size: [(size.held, "held"), (size.tenth, "held")],
    "rules": lambda size: [(size.afresh, "afresh")],
    "rebuild": lambda size: [(size.afresh, "afresh")],
}
"""Which nodes a measure opens; they are filled before it, in processes of their own."""
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "graph, control and shares": (("bench.graph_control",), ("100000",)),
    "graph, circles of payments": (("bench.graph_cycles",), ("200000",)),
    "graph, related parties": (("bench.graph_related",), ("200000",)),
    "graph, beside peers": (("bench.graph_peers",), ("20000", "50000", "50000")),
    "graph, through the books": (("bench.capital",), ("5000", "5000")),
    "cases, board and clocks": (("bench.cases",), ("2000",)),
    "console pages": (("bench.pages",), ("--held", "20000", "--rounds", "1", "--readers", "8")),
}
"""Benches of single packages that also run by themselves: their module, and the arguments that make them small."""
LATER = {"install to first finding": "`time make demo` on an empty machine measures it"}


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen measures; returns 1 if one failed, independent of the figures."""
    options = _options(arguments)
    size = (SMALL if options.small else FULL).at(min(options.held, SMALL.held) if options.small else options.held)
    chosen = [options.only] if options.only else list(MEASURES)
    work = ROOT / "build" / "bench"
    work.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=work) as place:
        folder = Path(place)
        about = {"held": size.held, **machine(folder, int(1000 * size.ledger_share))}
        failed = False
        for name in chosen:
            begin = time.monotonic()
            results, is_whole = _measure(name, size, folder)
            failed = failed or not is_whole
            figures += [result for result in results if isinstance(result, Figure)]
            missing |= {result.name: result.why for result in results if isinstance(result, Missing)}
            print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
    printed = {} if options.only else {name: _room(name, small=options.small) for name in ROOMS}
    missing |= LATER | {name: f"failed: {lines[-1:]}" for name, (lines, is_whole) in printed.items() if not is_whole}
    failed = failed or not all(is_whole for _, is_whole in printed.values())
    print_figures(figures, missing, about)
    write_figures(options.out, figures, missing, about, {name: lines for name, (lines, _) in printed.items()})
    print(f"written: {options.out}")
    return int(failed)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--held", type=int, default=FULL.held, help="facts held (default 10,000,000)")
    parser.add_argument("--small", action="store_true", help="try the bench itself: at most 1,000,000 held, few rounds")
    parser.add_argument("--only", choices=list(MEASURES), help="one measure")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "bench" / "results.json", help="where the figures are written"
    )
    return parser.parse_args(arguments)


def _measure(name: str, size: Size, folder: Path) -> tuple[Found, bool]:
    """Return the figures of a measure, and whether it ran to its end; a failure does not stop the others."""
    try:
        for count, kind in NODES[name](size):
            if not (folder / f"{kind}-{count}").is_dir():
                _apart(held_node, folder, count, size.pack, kind)
        return _apart(MEASURES[name], size, folder), True
    except Exception as fault:  # noqa: BLE001 - any failure is printed, and the others run
        traceback.print_exc()
        reason = (str(fault).splitlines() or [""])[0]
        return [Missing(name, f"failed: {type(fault).__name__}: {reason}")], False


def _room(name: str, *, small: bool) -> tuple[list[str], bool]:
    """Run the bench of one package; returns the lines that it printed, and whether it ran to its end."""
    module, less = ROOMS[name]
    ran = subprocess.run(
        [sys.executable, "-m", *module, *(less if small else ())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(f"{name}\n{ran.stdout}", file=sys.stderr)
    return ran.stdout.splitlines(), ran.returncode == 0


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    """Run in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


if __name__ == "__main__":
    sys.exit(main())
