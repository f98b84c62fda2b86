"""What the checks against others' programs share.

A check needs programs or npm packages that are not everywhere: need() ends
it as skipped where one is missing.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("PORCHLIGHT_SOURCE")
              or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("PORCHLIGHT_BUILD") or SOURCE / "build")
HERE = SOURCE / "tests" / "interop"
TMP = Path(os.environ.get("TMPDIR", "/tmp"))
SKIPPED = 77

sys.path.insert(0, str(SOURCE / "tests" / "support"))
os.environ.setdefault("PORCHLIGHT_SOURCE", str(SOURCE))
os.environ.setdefault("PORCHLIGHT_LIBEXEC", str(BUILD / "libexec"))


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def need(*programs, npm=(), files=()):
    for name in programs:
        if not shutil.which(name):
            skip(f"there is no {name} on this machine")
    for name in npm:
        if not (SOURCE / "web" / "node_modules" / name).is_dir():
            skip(f"the npm package {name} is not installed")
    if npm and int(output("node", "--version")[1:].split(b".")[0]) < 20:
        skip("Node.js is older than 20")
    for path in files:
        if not Path(path).exists():
            skip(f"there is no {path}")


def run(*args, data=b"", cwd=None):
    """Run a program to its end, with bytes for its standard input."""
    return subprocess.run([str(a) for a in args], input=data, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, check=False)


def output(*args, data=b"", cwd=None):
    """The same, and it must succeed: what it wrote."""
    done = run(*args, data=data, cwd=cwd)
    if done.returncode != 0:
        raise RuntimeError(
            f"{args[0]} {' '.join(str(a)[:60] for a in args[1:])}: "
            f"{done.returncode}\n{done.stdout[-500:]!r}\n"
            + done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def ours(*args, data=b""):
    """Our side of it, run to its end; see ours.c."""
    return run(BUILD / "tests" / "interop" / "interop_ours", *args, data=data)


def node(script, *args, data=b""):
    """Run one of the scripts of this folder; what it wrote."""
    return output("node", HERE / script, *args, data=data)


def interrupted_share(town, clips, stop_after=1):
    """Share, broken off: a home, the request, the sealed file, its identity.

    The identity is the locker's, out of its key store: a test may.
    """
    request = town.publish()
    home = town.home("resident")
    home.take()
    home.share(*clips, extra=("--stop-after", str(stop_after)), check=False)
    sealed = list((home.dir / "outbox").glob("*.age"))
    if len(sealed) != 1:
        raise RuntimeError(f"sealed: {sealed}")
    for path in (town.agency_dir / "keys" / "request").iterdir():
        kept = json.loads(path.read_text())
        if kept["name"] == request:
            identity = TMP / "identity.txt"
            identity.write_bytes(base64.b64decode(kept["secret"]) + b"\n")
            return home, request, sealed[0], identity
    raise KeyError(request)


def finding_of(town, submission=""):
    """The line of `package --list` on a submission that was looked at."""
    from town import porchlight
    out = porchlight("package", "--data", town.agency_dir, "--trust",
                     town.trust, "--platform", town.url, "--list").out
    return next((line for line in out.splitlines()
                 if line.startswith(submission)
                 and "being checked" not in line), None)
