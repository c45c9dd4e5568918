"""Write the made-up world as files: the reports, the timeline of their arrival, and the answer key.

python examples/harbour/make.py OUT_DIR [--seed N]

OUT_DIR/reports/            what the enterprises send, each file a report
OUT_DIR/timeline.ndjson     in order of time: a report with its file, reporter, kind and channel, or a tick
OUT_DIR/answer_key.json     the expected findings, a handful of expected gaps, and near misses
"""

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1])]

from comptroller.cli.pack_paths import pack_roots  # noqa: E402 - the repository is put on the path first
from comptroller.packs import gather_files, read_pack  # noqa: E402
from examples.harbour.days import FINAL_TICK, months  # noqa: E402
from examples.harbour.files import File, reports_of  # noqa: E402
from examples.harbour.world import SEED, make_world  # noqa: E402

PACK = "sample-city"
_ZONE = "+08:00"


def main() -> None:
    """Write the world into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    counts = write(options.out_dir, options.seed)
    print(json.dumps(counts))


def write(folder: Path, seed: int = SEED) -> dict[str, int]:
    """Write the world of a seed into a folder; returns how many reports, facts and lines of the key there are."""
    kinds = read_pack(gather_files(pack_roots(), PACK), PACK).kinds
    book = make_world(seed)
    files = reports_of(book.said, kinds)
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / "reports" / file.name).write_bytes(file.payload)
    lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in _timeline(files)]
    (folder / "timeline.ndjson").write_text("".join(lines), encoding="utf-8")
    key = {
        "found": [file.as_json() for file in book.found],
        "not_judged": [file.as_json() for file in book.not_judged],
        "lawful": [file.as_json() for file in book.near],
    }
    (folder / "answer_key.json").write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return {"reports": len(files), "facts": len(book.said), "found": len(book.found), "lawful": len(book.near)}


def _timeline(files: list[File]) -> list[dict[str, str]]:
    """Return all that happens, in order: reports, and a tick of the clock on the fifth of each month."""
    ticks = [dt.datetime.combine(first + dt.timedelta(days=4), dt.time(9, 0)) for first in months()] + [FINAL_TICK]
    steps = [
        (
            file.arrives,
            {"file": f"reports/{file.name}", "reporter": file.reporter, "kind": file.kind, "channel": file.channel},
        )
        for file in files
    ]
    steps += [(moment, {"tick": f"{moment.isoformat()}{_ZONE}"}) for moment in ticks]
    steps.sort(key=lambda step: (step[0], "tick" in step[1]))
    return [{"at": f"{moment.isoformat()}{_ZONE}"} | step for moment, step in steps]


if __name__ == "__main__":
    main()
