"""A whole town of real processes: watchers, a platform, two relays, an agency.

Each party is the program porchlight, run as a person would run it, with a
directory of its own below TMPDIR and its output in DIR/logs.  Parties meet
over HTTP alone, on free ports of this machine; where a test wants to listen
in or to lie, it puts a proxy (proxy.py) between two of them.

Standard library only.  Everything ends with the town: use it with `with`.
"""

import calendar
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ORIGIN = "town.example/log"
PLATFORM = "platform.town.example"
PARTNER = "partner.town.example"
AGENCY = "police.town.example"
LOCKER = "locker.town.example"
RELAYS = ("relay-1.town.example", "relay-2.town.example")
WATCHERS = ("watcher-1.town.example", "watcher-2.town.example",
            "watcher-3.town.example")

# The middle of the request's area, and a place 20 km off.
HERE = (-81.95, 28.04)
ELSEWHERE = (-81.75, 28.04)

SHARED = Path(os.environ.get("PORCHLIGHT_SHARED", "../shared"))
SKIPPED = 77


def a_clip():
    """A camera's recording, or where there is none one of ffmpeg's."""
    real = SHARED / "footage" / "test_signed_h264.mp4"
    made = Path(os.environ["TMPDIR"]) / "made-here.mp4"
    if not real.exists():
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "quiet", "-y", "-f", "lavfi", "-i",
             "testsrc=size=320x240:rate=10:duration=8", "-c:v", "libx264",
             "-pix_fmt", "yuv420p", "-metadata", "title=Front porch", made],
            check=True, timeout=60)
    return (real if real.exists() else made), real.exists()


CLIP, REAL = a_clip()


def program():
    """The program under test."""
    at = (os.environ.get("PORCHLIGHT_PROGRAM")
          or Path(os.environ["PORCHLIGHT_LIBEXEC"]) / "porchlight")
    return str(at)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def unstamp(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def fetch(url, headers=None):
    """GET url: (code, headers, body)."""
    call = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(call, timeout=20) as r:
            return r.status, r.headers, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def district(place):
    """The x and y of the district that a place lies in, at zoom 12."""
    lon, lat = place
    n = 1 << 12
    y = math.asinh(math.tan(math.radians(lat)))
    return (int((lon + 180) / 360 * n), int((1 - y / math.pi) / 2 * n))


def square(place, half_m):
    """A GeoJSON square around a place, 2 * half_m wide."""
    lon, lat = place
    dy, dx = half_m / 110800, half_m / 98300
    ring = [[round(lon + sx * dx, 6), round(lat + sy * dy, 6)]
            for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    return {"type": "Polygon", "coordinates": [ring]}


class Failed(Exception):
    """A command that should have worked did not."""


class Done:
    """What a command said, and how it ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.all = out + err


def porchlight(*args, stdin="", check=True, timeout=120):
    """Run a command of porchlight to its end."""
    done = subprocess.run([program(), *map(str, args)], input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="replace", timeout=timeout,
                          check=False)
    if check and done.returncode != 0:
        raise Failed(f"porchlight {' '.join(map(str, args))}: "
                     f"{done.returncode}\n{done.stdout}{done.stderr}")
    return Done(done.returncode, done.stdout, done.stderr)


def wait_for(what, found, seconds=30):
    """Call found() until it gives something true; what is for the message."""
    end = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.03)


class Home:
    """A resident: a directory, and the commands that use it."""

    def __init__(self, town, name, platform=None):
        self.town, self.dir = town, town.dir / "homes" / name
        self.platform = platform or town.url

    def init(self):
        porchlight("home", "init", "--data", self.dir, "--trust",
                   self.town.trust, "--platform", self.platform)
        return self

    def take(self, check=True):
        return porchlight("home", "take", "--data", self.dir, "--now",
                          check=check)

    def share(self, *clips, at=HERE, request=None, say=None, agreed=True,
              check=True, extra=()):
        args = ["share", "--data", self.dir, "--at", f"{at[0]},{at[1]}"]
        if request:
            args += ["--request", request]
        if say is not None:
            args += ["--say", say]
        if agreed:
            args += ["--early", "--yes"]
        return porchlight(*args, *extra, *clips, check=check)


class Town:
    """The parties.  `locker_port` and `agency_platform` may be a proxy's."""

    def __init__(self, at=None):
        root = Path(os.environ.get("TMPDIR", "/tmp"))
        self.dir = Path(at) if at else root / f"town-{os.getpid()}"
        self.dir.mkdir(parents=True, exist_ok=True)
        self.logs = self.dir / "logs"
        self.logs.mkdir(exist_ok=True)
        self.processes = {}
        self.watcher_ports = [free_port() for _ in WATCHERS]
        self.relay_ports = [free_port() for _ in RELAYS]
        self.port, self.locker_port = free_port(), free_port()
        self.officer_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Where the agency's processes find the platform, and where relays
        # find the locker.
        self.agency_platform = self.url
        self.locker_front = None
        self.trust = self.dir / "trust.json"
        self.platform_dir = self.dir / "platform"
        self.agency_dir = self.dir / "agency"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # -- processes ----------------------------------------------------------

    def spawn(self, name, *args):
        with open(self.logs / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [program(), *map(str, args)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)

    def end(self, name):
        p = self.processes.pop(name)
        p.send_signal(signal.SIGTERM)
        try:
            p.wait(20)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            raise Failed(f"{name} did not end when it was told to") from None

    def stop(self):
        for name in reversed(list(self.processes)):
            self.end(name)

    def check_alive(self):
        for name, p in self.processes.items():
            if p.poll() is not None:
                text = (self.logs / f"{name}.log").read_text(errors="replace")
                raise Failed(f"{name} ended by itself: {p.returncode}\n{text}")

    def answers(self, url):
        """The body of url, or None."""
        self.check_alive()
        try:
            code, _, body = fetch(url)
        except OSError:
            return None
        return body if code == 200 else None

    # -- making it ----------------------------------------------------------

    def make_instance(self):
        watchers = []
        for name, port in zip(WATCHERS, self.watcher_ports):
            key = porchlight("watcher", "init", "--data", self.dir / name,
                             "--name", name).out.strip()
            watchers.append(f"{key},http://127.0.0.1:{port}")
        porchlight("init", "--data", self.platform_dir, "--origin", ORIGIN,
                   "--name", PLATFORM, "--url", self.url, "--title", "Town",
                   *watchers)
        shutil.copy(self.platform_dir / "trust.json", self.trust)
        for name in WATCHERS:
            porchlight("watcher", "add", "--data", self.dir / name,
                       "--trust", self.trust)

    def run_watchers(self):
        for name, port in zip(WATCHERS, self.watcher_ports):
            self.spawn(name, "watcher", "run", "--data", self.dir / name,
                       "--port", port)

    def run_platform(self):
        self.spawn("platform", "platform", "--data", self.platform_dir,
                   "--port", self.port)
        wait_for("the directory",
                 lambda: self.answers(self.url + "/v1/directory"))

    def admit(self, note, *more):
        porchlight("admit", "--data", self.platform_dir, "--platform",
                   self.url, *more, note)

    def make_agency(self):
        partner = self.dir / "partner"
        porchlight("partner", "init", "--data", partner, "--name", PARTNER,
                   "--legal-name", "The County", "--url",
                   "https://partner.town.example", "--trust", self.trust,
                   "--out", self.dir / "partner.json")
        self.admit(self.dir / "partner.json")
        keys = dict(line.split() for line in porchlight(
            "agency", "init", "--data", self.agency_dir, "--name", AGENCY,
            "--locker", LOCKER, "--trust", self.trust).out.splitlines())
        region = {"type": "MultiPolygon", "coordinates": [[[
            [-82.2, 27.8], [-81.6, 27.8], [-81.6, 28.3], [-82.2, 28.3],
            [-82.2, 27.8]]]]}
        (self.dir / "region.json").write_text(json.dumps(region))
        (self.dir / "police.json").write_text(json.dumps({
            "class": "municipal-police", "legal_name": "Town Police",
            "telephone": "+1 863 555 0100", "verified": "by visit",
            "until": stamp(time.time() + 300 * 86400)}))
        note = self.dir / "police.note"
        locker = self.locker_front or self.locker_port
        porchlight("partner", "attest", "--data", partner, "--name", PARTNER,
                   "--trust", self.trust, "--jurisdiction",
                   self.dir / "region.json", "--agency-key", keys["agency"],
                   "--locker-key", keys["locker"], "--locker-url",
                   f"http://127.0.0.1:{locker}", "--out", note,
                   self.dir / "police.json")
        self.admit(note, "--jurisdiction", f"{note}.jurisdiction.json")

    def make_relays(self):
        for name, port in zip(RELAYS, self.relay_ports):
            note = self.dir / f"{name}.note"
            porchlight("relay", "init", "--data", self.dir / name, "--name",
                       name, "--url", f"http://127.0.0.1:{port}", "--trust",
                       self.trust, "--out", note)
            self.admit(note)

    def run_relays(self):
        for name, port in zip(RELAYS, self.relay_ports):
            self.spawn(name, "relay", "run", "--data", self.dir / name,
                       "--trust", self.trust, "--platform", self.url,
                       "--port", port)

    def run_agency(self):
        self.spawn("agency", "agency", "run", "--data", self.agency_dir,
                   "--trust", self.trust, "--platform", self.agency_platform,
                   "--relay-port", self.locker_port, "--port",
                   self.officer_port)

    def settled(self):
        """Whether all that was admitted is in what readers fetch."""
        directory = self.answers(self.url + "/v1/directory")
        agencies = self.answers(self.url + "/v1/agencies.json")
        lockers = self.answers(self.url + "/v1/recipients.json")
        return (directory and all(r.encode() in directory for r in RELAYS)
                and agencies and AGENCY.encode() in agencies
                and lockers and b"recipient@v1" in lockers)

    def start(self):
        """Make everything and wait until residents can use it."""
        self.make_instance()
        self.run_watchers()
        self.run_platform()
        self.make_agency()
        self.make_relays()
        self.run_agency()
        self.run_relays()
        wait_for("agency and relays in the directory", self.settled)
        for port in self.relay_ports:
            wait_for("the relay", lambda: self.relay_ready(port))
        return self

    def relay_ready(self, port):
        """Ready once it knows the locker: it then looks at the letter."""
        self.check_alive()
        call = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/to/{LOCKER}/letters", data=b"x",
            headers={"Content-Type": "application/octet-stream"})
        try:
            with urllib.request.urlopen(call, timeout=5):
                return True
        except urllib.error.HTTPError as e:
            return e.code in (400, 413, 422)
        except OSError:
            return False

    # -- what the agency does -----------------------------------------------

    def agency(self, *args, check=True):
        return porchlight(*args[:2], "--data", self.agency_dir, "--trust",
                          self.trust, "--platform", self.agency_platform,
                          *args[2:], check=check)

    def request_file(self, name, **changes):
        now = time.time()
        body = {"case": "24-117", "incident": "hit-and-run",
                "area": square(HERE, 400),
                "from": stamp(now - 7200), "until": stamp(now - 3600),
                "text": {"language": "en", "title": "Hit and run",
                         "details": "A parked van was hit.",
                         "contact": {"unit": "Investigations",
                                     "telephone": "+1 863 555 0100"}}}
        body.update(changes)
        path = self.dir / f"{name}.json"
        path.write_text(json.dumps(body))
        return path

    def publish(self, name="request", **changes):
        """Publish a request; its id."""
        done = self.agency("request", "publish",
                           self.request_file(name, **changes))
        return done.out.split()[1]

    def findings(self):
        """The lines of what was shared that say something was found."""
        lines = porchlight("package", "--data", self.agency_dir, "--trust",
                           self.trust, "--list").out.splitlines()
        return [x for x in lines if "being checked" not in x]

    def package(self, submission, out):
        """Export a submission into a file."""
        porchlight("package", "--data", self.agency_dir, "--trust",
                   self.trust, "--platform", self.agency_platform,
                   "--receiver", "prosecutor", "--basis", "case 24-117",
                   "--out", out, submission)
        return out

    def feed(self, place=HERE):
        x, y = district(place)
        return f"{self.url}/v1/feed/12/{x}/{y}"

    def home(self, name, platform=None):
        return Home(self, name, platform).init()
