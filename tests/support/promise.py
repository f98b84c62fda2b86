"""What the tests of promises share: cases with a name, and looking at disks."""

import hashlib
import sqlite3
import sys
import time
import traceback
from pathlib import Path


class Cases:
    """Collects what holds and what does not; prints each."""

    def __init__(self):
        self.failed, self.start = 0, time.monotonic()

    def check(self, what, holds, detail=""):
        seconds = time.monotonic() - self.start
        print(f"{'ok  ' if holds else 'FAIL'} {seconds:5.1f} s  {what}",
              flush=True)
        if not holds:
            self.failed += 1
            for line in str(detail).splitlines()[:40]:
                print("     | " + line[:400], flush=True)
        return holds

    def equal(self, what, a, b):
        return self.check(what, a == b, "" if a == b else difference(a, b))

    def holds(self, what, part, whole):
        return self.check(what, part in whole,
                          f"not there: {part!r}\nin: {whole}")


def difference(a, b):
    """Where two values begin to differ, for a person."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = [k for k in sorted({*a, *b}, key=str)
                if a.get(k) != b.get(k)]
        return "\n".join(f"{k}: {difference(a.get(k), b.get(k))}"
                         for k in keys[:5])
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        for i, (x, y) in enumerate(zip(a, b)):
            if x != y:
                return f"[{i}] {difference(x, y)}"
        return f"{len(a)} and {len(b)} of them"
    if isinstance(a, (str, bytes)) and isinstance(b, (str, bytes)) \
            and type(a) is type(b):
        n = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y),
                 min(len(a), len(b)))
        at = max(0, n - 60)
        return f"...{a[at:n + 100]!r}\n...{b[at:n + 100]!r}"
    return f"{a!r}\n{b!r}"


def run(main):
    """Run main(cases) as a program."""
    sys.stdout.reconfigure(line_buffering=True)
    cases = Cases()
    try:
        code = main(cases)
    except Exception:
        traceback.print_exc()
        return 1
    print(f"{time.monotonic() - cases.start:.0f} s")
    return code or (1 if cases.failed else 0)


# -- disks -------------------------------------------------------------------

def tables(path):
    """{table: [columns]} of a database."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [r[0] for r in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {n: [r[1] for r in db.execute(f'PRAGMA table_info("{n}")')]
                for n in sorted(names)}
    finally:
        db.close()


def rows(path):
    """{table: rows, as they lie there} of a database."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {n: [tuple(r) for r in db.execute(f'SELECT * FROM "{n}"')]
                for n in tables(path)}
    finally:
        db.close()


def files(directory, but=()):
    """{path: (size, SHA-256)} of all files below; `but` are endings."""
    found = {}
    for path in sorted(Path(directory).rglob("*")):
        if path.is_file() and not path.name.endswith(tuple(but) or ("\0",)):
            data = path.read_bytes()
            found[str(path.relative_to(directory))] = (
                len(data), hashlib.sha256(data).hexdigest())
    return found
