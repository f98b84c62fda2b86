"""An operator gone bad: it holds every key of a town, but the watchers'.

Rogue takes the public log over from the platform: it appends what it likes,
has the town's real watchers cosign that (they cannot know better: the log
only grows), and writes directories and districts of its own.  What residents'
clients still refuse, they refuse by themselves.

A second implementation, in small, of notes, logs and feeds as docs/protocol.md
has them.
"""

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request

import ed25519
from town import (AGENCY, LOCKER, ORIGIN, PARTNER, PLATFORM, WATCHERS,
                  district, fetch, stamp)

ED25519, COSIGN = 1, 4


def canonical(value):
    """RFC 8785, for the values that documents here have."""
    def plain(v):
        if isinstance(v, float) and v == int(v):
            return int(v)
        if isinstance(v, list):
            return [plain(x) for x in v]
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()}
        return v
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False)


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


class Key:
    """A note key: its name, algorithm and seed."""

    def __init__(self, name, seed, algorithm=ED25519):
        self.name, self.seed, self.algorithm = name, seed, algorithm
        self.public = ed25519.public(seed)
        self.id = sha256(name.encode() + b"\n" + bytes([algorithm])
                         + self.public)[:4]

    def vkey(self):
        return (f"{self.name}+{self.id.hex()}+"
                + b64(bytes([self.algorithm]) + self.public))

    def line(self, text):
        return (f"\u2014 {self.name} "
                + b64(self.id + ed25519.sign(self.seed, text.encode())) + "\n")

    def cosign(self, text, at):
        signed = ed25519.sign(
            self.seed, f"cosignature/v1\ntime {at}\n{text}".encode())
        return (f"\u2014 {self.name} "
                + b64(self.id + at.to_bytes(8, "big") + signed) + "\n")


def stored_key(directory, name, algorithm=ED25519):
    """A key out of a party's key store."""
    for path in (directory / "keys" / "note").iterdir():
        kept = json.loads(path.read_text())
        if kept["name"] == name:
            return Key(name, base64.b64decode(kept["secret"]), algorithm)
    raise KeyError(name)


def new_key(name):
    return Key(name, hashlib.sha256(name.encode() + b" made up").digest())


def note(body, *keys):
    text = canonical({"log": ORIGIN, **body}) + "\n"
    return text + "\n" + "".join(k.line(text) for k in keys)


def body_of(signed):
    """The document inside a note."""
    return json.loads(signed.split("\n\n")[0])


# -- the tree of RFC 6962 ----------------------------------------------------

def leaf(entry):
    return sha256(b"\0" + entry)


def split(n):
    return 1 << (n - 1).bit_length() - 1


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def inclusion(leaves, i):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if i < k:
        return inclusion(leaves[:k], i) + [root(leaves[k:])]
    return inclusion(leaves[k:], i - k) + [root(leaves[:k])]


def consistency(leaves, old, whole=True):
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return consistency(leaves[:k], old, whole) + [root(leaves[k:])]
    return consistency(leaves[k:], old - k, False) + [root(leaves[:k])]


# -- the operator ------------------------------------------------------------

class Rogue:
    def __init__(self, town):
        self.town = town
        self.log = stored_key(town.platform_dir, ORIGIN)
        self.platform = stored_key(town.platform_dir, PLATFORM)
        self.agency = stored_key(town.agency_dir, AGENCY)
        self.locker = stored_key(town.agency_dir, LOCKER)
        self.partner = stored_key(town.dir / "partner", PARTNER)
        self.watchers = [stored_key(town.dir / w, w, COSIGN)
                         for w in WATCHERS]
        self.checkpoint = fetch(town.url + "/log/checkpoint")[2].decode()
        self.size = int(self.checkpoint.split("\n")[1])
        self.entries = self.read_entries()
        text = self.checkpoint.split("\n")[2]
        assert b64(root(self.leaves())) == text, "another root"
        directory = json.loads(fetch(town.url + "/v1/directory")[2])
        self.directory = body_of(directory["note"])
        self.directory_body = canonical(directory).encode()
        self.asked = body_of(self.find("request")[1])
        # What a district's items need, as it is before anything false.
        self.true_notes = {k: self.find(k)[0] for k in (
            "policy", "partner", "agency", "recipient")}

    def read_entries(self):
        """All entries, out of the public log."""
        assert 0 < self.size < 256
        code, _, data = fetch(f"{self.town.url}/log/tile/entries/000.p/"
                              f"{self.size}")
        assert code == 200, code
        entries, at = [], 0
        while at < len(data):
            n = int.from_bytes(data[at:at + 2], "big")
            entries.append(data[at + 2:at + 2 + n])
            at += 2 + n
        assert len(entries) == self.size
        return entries

    def leaves(self):
        return [leaf(e) for e in self.entries]

    def find(self, kind, **members):
        """The newest entry of that type whose members are these: its log
        number and text."""
        for i in reversed(range(len(self.entries))):
            body = body_of(self.entries[i].decode())
            if (body["type"] == f"porchlight/{kind}@v1"
                    and all(body[k] == v for k, v in members.items())):
                return i, self.entries[i].decode()
        raise KeyError(kind)

    # -- the log ------------------------------------------------------------

    def append(self, signed):
        """Log a note; its log number."""
        self.entries.append(signed.encode())
        return len(self.entries) - 1

    def head(self):
        """The signed checkpoint of all entries, not cosigned."""
        leaves = self.leaves()
        text = f"{ORIGIN}\n{len(leaves)}\n{b64(root(leaves))}\n"
        return text + "\n" + self.log.line(text)

    def cosigned(self):
        """The same, cosigned by the town's watchers, who are asked."""
        leaves, head = self.leaves(), self.head()
        proof = "".join(b64(h) + "\n"
                        for h in consistency(leaves, self.size))
        body = f"old {self.size}\n{proof}\n{head}".encode()
        self.checkpoint = head
        for port in self.town.watcher_ports:
            call = urllib.request.Request(
                f"http://127.0.0.1:{port}/add-checkpoint", data=body)
            with urllib.request.urlopen(call, timeout=20) as r:
                self.checkpoint += r.read().decode()
        self.size = len(leaves)
        return self.checkpoint

    def cosigned_at(self, at):
        """What watchers that were honest would have signed at that time."""
        head = self.head()
        text = head.split("\n\n")[0] + "\n"
        return head + "".join(w.cosign(text, at) for w in self.watchers)

    def proof(self, index, checkpoint=None):
        lines = "".join(b64(h) + "\n"
                        for h in inclusion(self.leaves(), index))
        return (f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n"
                + (checkpoint or self.checkpoint))

    # -- documents ----------------------------------------------------------

    def proved(self, index):
        return {"note": self.entries[index].decode(),
                "proof": self.proof(index)}

    def new_directory(self, **changes):
        """Log a directory that differs; its body as readers fetch it."""
        made = {**self.directory, "time": stamp(time.time()), **changes}
        index = self.append(note(made, self.platform))
        self.cosigned()
        return canonical(self.proved(index)).encode()

    def request(self, text, **changes):
        """A request's document: the newest true one, changed."""
        body = dict(self.asked)
        body["id"] = secrets.token_hex(16)
        body["text"] = sha256(text.encode()).hex()
        return {**body, **changes}

    def feature(self, signed, proof, text):
        body = body_of(signed)
        return {"type": "Feature", "id": body["id"],
                "geometry": body["area"],
                "properties": {"note": signed, "proof": proof, "text": text}}

    def feed(self, place, features, notes=None, checkpoint=None, size=None,
             **changes):
        """A district's body, signed by the platform as if it were true."""
        x, y = district(place)
        if notes is None:
            notes = self.true_notes.values()
        signed = note({
            "type": "porchlight/district@v1", "z": 12, "x": x, "y": y,
            "time": stamp(time.time()), "size": size or self.size,
            "features": sha256(canonical(features).encode()).hex(),
            **changes}, self.platform)
        return canonical({
            "type": "FeatureCollection", "features": features,
            "checkpoint": checkpoint or self.checkpoint, "district": signed,
            "notes": [self.proved(i) if isinstance(i, int) else i
                      for i in sorted(notes)]}).encode()
