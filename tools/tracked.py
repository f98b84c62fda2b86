"""The files of the tree: what git tracks, or all that lies there without it."""

import subprocess
from pathlib import Path

NOT_OURS = {".git", "build", "build-asan", "demo-data", "node_modules",
            "dist", "__pycache__"}


def tracked(root):
    """The paths, relative to root, of files that are there."""
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-z"],
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode == 0 and done.stdout:
        names = [Path(n) for n in done.stdout.decode().split("\0") if n]
    else:
        names = [p.relative_to(root) for p in sorted(Path(root).rglob("*"))
                 if not NOT_OURS & set(p.relative_to(root).parts)]
    return [n for n in names if (Path(root) / n).is_file()]
