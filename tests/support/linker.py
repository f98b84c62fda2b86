"""An examiner who has every disk and tries to link submissions to accounts.

It is given, besides the disks, the truth for some pairs, as a prosecutor may
have it, and looks for anything on one side that follows anything on the
other: values that both have, orders that agree, bits that agree.  Each channel
says how likely a blind guess does as well: a leak is what chance cannot
explain.
"""

import base64
import math
import re
import sqlite3
from functools import lru_cache
from pathlib import Path

GRAM = 8        # bytes of a value that counts as the same
GRAM_TEXT = 11  # characters, of base64 at least 8 bytes
BITS = 64
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TIME_BYTES = re.compile(TIME.pattern.encode())
# What holds a text together; a value has none of it.
BETWEEN = frozenset(b'\0\n ",:')


class Subject:
    """Somebody or something, by the values that name it: {label: bytes}."""

    def __init__(self, **names):
        self.names = names


class Side:
    """One side's disks: databases, logs, directories.  Of a cell its first
    bytes count, `cell` of them."""

    def __init__(self, roots, subjects, stats, cell=16384):
        self.subjects, self.cell = subjects, cell
        self.files = sorted(p for r in map(Path, roots)
                            for p in (r, *r.rglob("*")) if p.is_file())
        self.stats = stats  # path: (mtime, ctime, inode, size), as found
        self.features = {}  # name: {subject: number}
        self.cells = {}     # column: {subject: bytes}
        self.bytes = [bytearray() for _ in subjects]
        self.texts = [bytearray() for _ in subjects]
        for path in self.files:
            if path.suffix == ".db":
                self.read_database(path)
            self.read_file(path)
        self.read_names()

    def feature(self, name, subject, value):
        self.features.setdefault(name, {}).setdefault(subject, value)

    def read_database(self, path):
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        by_value = {v: i for i, s in enumerate(self.subjects)
                    for v in s.names.values()}
        for (table,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"):
            cursor = db.execute(f'SELECT * FROM "{table}"')
            columns = [c[0] for c in cursor.description]
            for n, row in enumerate(cursor):
                who = next((by_value[c] for c in row
                            if isinstance(c, bytes) and c in by_value), None)
                if who is not None:
                    self.read_row(f"{path.name}:{table}", who, n, columns,
                                  row)
        db.close()

    def read_row(self, table, who, n, columns, row):
        self.feature(f"order of rows in {table}", who, n)
        for column, cell in zip(columns, row):
            at = f"{table}.{column}"
            if isinstance(cell, int):
                self.feature(at, who, cell)
                continue
            if cell is None:
                continue
            data = cell.encode() if isinstance(cell, str) else cell
            self.feature(f"length of {at}", who, len(data))
            self.cells.setdefault(at, {}).setdefault(who, data)
            data = data[:self.cell]
            (self.texts if is_text(data) else self.bytes)[who] += (
                b"\0" + TIME_BYTES.sub(b"\0", data))
            self.bytes[who] += b"\0" + decoded(data)
            for i, time in enumerate(TIME.findall(data.decode("latin-1"))):
                self.feature(f"time {i} in {at}", who,
                             int(re.sub(r"\D", "", time)))

    def read_file(self, path):
        """Where a subject's names first stand in a file."""
        data = path.read_bytes()
        for i, s in enumerate(self.subjects):
            for label, value in s.names.items():
                for form, text in forms(value):
                    at = data.find(text)
                    if at >= 0:
                        self.feature(f"place of {label} ({form}) in "
                                     f"{path.name}", i, at)

    def read_names(self):
        names = {v.hex(): (i, label) for i, s in enumerate(self.subjects)
                 for label, v in s.names.items()}
        for path, stat in self.stats.items():
            who = names.get(Path(path).stem)
            for what, value in zip(("mtime", "ctime", "inode", "size"),
                                   stat) if who else ():
                self.feature(f"{what} of a file named by {who[1]}", who[0],
                             value)


def forms(value):
    yield "bytes", value
    yield "hex", value.hex().encode()
    # The last quantum depends on what follows.
    yield "base64", base64.b64encode(value[:len(value) // 3 * 3])


def decoded(data):
    """What hex and base64 in a text stand for."""
    out = bytearray()
    for run in re.findall(rb"[0-9a-fA-F]{16,}", data):
        out += bytes.fromhex(run[:len(run) // 2 * 2].decode()) + b"\0"
    for run in re.findall(rb"[A-Za-z0-9+/]{12,}", data):
        out += base64.b64decode(run[:len(run) // 4 * 4]) + b"\0"
    return bytes(out)


def is_text(data):
    try:
        return data.decode().isprintable() or b"\n" in data
    except UnicodeDecodeError:
        return False


def grams(data, n):
    return (data[i:i + n] for i in range(len(data) - n + 1))


def own_grams(pieces, n):
    """{gram: subject} of what one subject alone has."""
    owner, shared = {}, set()
    for i, data in enumerate(pieces):
        for gram in grams(bytes(data), n):
            if owner.setdefault(gram, i) != i:
                shared.add(gram)
    # A run of one byte, and the like, is nobody's.
    return {g: i for g, i in owner.items() if g not in shared
            and len(set(g)) > 3 and BETWEEN.isdisjoint(g)}


def joint(a, b):
    """Values that an account and a submission alone have in common, and
    files of one side that hold a value of the other's."""
    found = []
    for n, mine, other in (
            (GRAM, own_grams(a.bytes, GRAM), own_grams(b.bytes, GRAM)),
            (GRAM_TEXT, own_grams(a.texts, GRAM_TEXT),
             own_grams(b.texts, GRAM_TEXT))):
        pairs = {(i, other[g]) for g, i in mine.items() if g in other}
        found += [f"account {i} and submission {j}"
                  for i, j in sorted(pairs)]
        found += inside(mine, n, "account", b.files)
        found += inside(other, n, "submission", a.files)
    return found


def inside(owner, n, name, files):
    seen = set()
    for path in files:
        data = path.read_bytes()
        if data in seen:
            continue
        seen.add(data)
        for text in (data, decoded(data)):
            hit = next((g for g in grams(text, n) if g in owner), None)
            if hit is not None:
                yield f"{name} {owner[hit]} in {path.name}: {hit}"


# -- orders ------------------------------------------------------------------

@lru_cache
def inversions(n):
    """How many permutations of n have at most k inversions, by k."""
    counts = [1]
    for m in range(2, n + 1):
        wider = [0] * (len(counts) + m - 1)
        for i, c in enumerate(counts):
            for j in range(m):
                wider[i + j] += c
        counts = wider
    total = 0
    return [total := total + c for c in counts]


def chance_of_order(x, y):
    """How likely two orders agree, or disagree, as well by chance."""
    n, wrong = len(x), 0.0
    for i in range(n):
        for j in range(i):
            s = (x[i] - x[j]) * (y[i] - y[j])
            wrong += 1 if s < 0 else 0.5 if s == 0 else 0
    most = n * (n - 1) // 2
    best = min(wrong, most - wrong)
    return 2 * inversions(n)[math.ceil(best)] / math.factorial(n)


def orders(a, b):
    """The likeliest of all pairs of orders: (chance, what)."""
    found, tried = (1.0, "no orders"), 0
    for name, x in a.features.items():
        for other, y in b.features.items():
            both = sorted({*x} & {*y})
            if len(both) < 12:
                continue
            tried += 1
            p = chance_of_order([x[i] for i in both], [y[i] for i in both])
            found = min(found, (p, f"{name} ~ {other}"))
    return min(1.0, found[0] * tried), found[1]


# -- bits --------------------------------------------------------------------

def chance_of_bits(agree, n):
    k = max(agree, n - agree)
    return min(1.0, 2 * sum(math.comb(n, i)
                            for i in range(k, n + 1)) / 2 ** n)


def bit(data, i):
    return data[i // 8] >> i % 8 & 1


def bits(a, b, label):
    """Whether a bit of an account's name is a bit of a record, or the parity
    of a number in it."""
    found, tried = (1.0, "no bits"), 0
    name = [s.names[label] for s in a.subjects]

    def look(what, values, index):
        nonlocal found, tried
        who = sorted(values)
        agree = sum(bit(name[i], index) == values[i] for i in who)
        tried += 1
        found = min(found, (chance_of_bits(agree, len(who)),
                            f"bit {index} of an account in {what}"))

    for at, cells in b.cells.items():
        for i in range(BITS):
            values = {w: bit(c, i) for w, c in cells.items()
                      if len(c) * 8 > i and w < len(name)}
            if len(values) >= 12 and len(set(values.values())) > 1:
                look(at, values, i)
    for at, numbers in b.features.items():
        values = {w: int(v) & 1 for w, v in numbers.items()}
        if len(values) >= 12 and len(set(values.values())) > 1:
            for i in range(BITS):
                look(at, values, i)
    return min(1.0, found[0] * tried), found[1]
