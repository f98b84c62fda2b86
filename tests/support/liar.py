"""Lies and who is told them: an operator gone bad in front of a real home."""

import json
import os

from proxy import Front
from rogue import Rogue
from town import CLIP, HERE, district, fetch

FEED = "/v1/feed/12/{}/{}".format(*district(HERE))


class Lies:
    """What the platform says instead of the truth, by path."""

    def __init__(self, town):
        self.said = {}
        self.front = Front(town.port, instead=self.answer)

    def answer(self, call):
        if call.method != "GET" or call.path not in self.said:
            return False
        call.code, call.reply = 200, self.said[call.path]
        call.reply_headers = [("Content-Type", "application/json")]
        return True


class Client:
    """A home behind the lies."""

    def __init__(self, cases, town, lies):
        self.cases, self.town, self.lies = cases, town, lies
        self.home = town.home("home", lies.front.url)
        self.home.take()

    def believes(self, what, request=None):
        done = self.home.share(CLIP, request=request, agreed=False,
                               check=False)
        self.cases.check(what, "(not-agreed)" in done.all
                         and "Hit and run" in done.all, done.all)

    def refuses(self, what, problem, *words, request=None):
        """The whole of share, agreed to beforehand: nothing may go out."""
        done = self.home.share(CLIP, request=request, check=False)
        said = (done.code == 1 and f"({problem})" in done.all
                and all(w in done.all for w in words))
        sent = os.listdir(self.home.dir / "outbox")
        self.cases.check(f"{what}: {problem}", said and not sent,
                         f"{done.all}\n{sent}")


class Operator(Rogue):
    """The rogue, and the one request that it wants to be believed."""

    def __init__(self, town, lies):
        super().__init__(town)
        self.lies = lies
        self.true_feed = json.loads(fetch(town.url + FEED)[2])
        first = self.true_feed["features"][0]
        self.text = first["properties"]["text"]
        self.good = self.find("request", id=first["id"])
        lies.said["/v1/directory"] = self.directory_body

    def show_good(self, **more):
        """The request that was there before."""
        index, signed = self.good
        self.show([self.feature(signed, self.proof(index), self.text)],
                  **more)

    def show(self, features, **more):
        self.lies.said[FEED] = self.feed(HERE, features, **more)

    def show_logged(self, signed, **more):
        """Log a request and show it, with a proof that holds."""
        index = self.append(signed)
        self.cosigned()
        self.show([self.feature(signed, self.proof(index), self.text)],
                  **more)
        return index
