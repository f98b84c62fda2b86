"""Proxies on this machine's loopback: one that listens in, one that may lie.

Tap passes bytes on as they are and keeps them by direction; it knows nothing
of HTTP.  Front passes HTTP calls on, keeps each, and lets a test change the
reply.
"""

import http.client
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What a proxy must not pass on, since it speaks for one connection alone.
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade",
       "proxy-connection"}


class Tap:
    """Listens on .port and passes everything to port `to`."""

    def __init__(self, to):
        self.to = to
        self.received = []   # the bytes that went to `to`, a connection each
        self.sent = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                client.close()
                continue
            there, back = bytearray(), bytearray()
            self.received.append(there)
            self.sent.append(back)
            for a, b, kept in ((client, server, there),
                               (server, client, back)):
                threading.Thread(target=self.copy, args=(a, b, kept),
                                 daemon=True).start()

    @staticmethod
    def copy(a, b, kept):
        try:
            while data := a.recv(65536):
                kept += data
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Call:
    """One call, as it went on, and its reply, as it went back."""

    def __init__(self, method, path, headers, body):
        self.method, self.path = method, path
        self.headers, self.body = headers, body
        self.code, self.reply_headers, self.reply = 0, [], b""

    def request_bytes(self):
        head = "".join(f"{k}: {v}\r\n" for k, v in self.headers)
        return (f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode()
                + self.body)

    def reply_bytes(self):
        head = "".join(f"{k}: {v}\r\n" for k, v in self.reply_headers)
        return f"{self.code}\r\n{head}\r\n".encode() + self.reply


class Front:
    """Listens on .port for HTTP and asks port `to`.

    change(call) may alter call.code, .reply_headers and .reply before they
    go back; instead(call) answers in the other's place where it returns true.
    """

    def __init__(self, to, change=None, instead=None):
        self.to, self.change, self.instead = to, change, instead
        self.calls, self.lock = [], threading.Lock()
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                front.answer(self)

            do_GET = do_POST = do_HEAD = do_PATCH = do_OPTIONS = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()

    def ask(self, call):
        c = http.client.HTTPConnection("127.0.0.1", self.to, timeout=60)
        try:
            c.putrequest(call.method, call.path, skip_host=True,
                         skip_accept_encoding=True)
            for k, v in call.headers:
                if k.lower() not in HOP | {"expect"}:
                    c.putheader(k, v)
            c.endheaders(call.body or None)
            r = c.getresponse()
            call.code, call.reply = r.status, r.read()
            call.reply_headers = [(k, v) for k, v in r.getheaders()
                                  if k.lower() not in HOP]
        finally:
            c.close()

    def answer(self, h):
        n = int(h.headers.get("Content-Length") or 0)
        call = Call(h.command, h.path, list(h.headers.items()),
                    h.rfile.read(n))
        try:
            if not (self.instead and self.instead(call)):
                self.ask(call)
        except OSError:
            h.close_connection = True
            return
        if self.change:
            self.change(call)
        h.send_response_only(call.code)
        call.reply_headers = [
            (k, v) for k, v in call.reply_headers
            if k.lower() != "content-length"] + [
            ("Content-Length", str(len(call.reply)))]
        for k, v in call.reply_headers:
            h.send_header(k, v)
        h.end_headers()
        if h.command != "HEAD":
            h.wfile.write(call.reply)
        with self.lock:
            self.calls.append(call)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
