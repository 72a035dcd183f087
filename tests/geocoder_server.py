"""Geocoding services on loopback, as docs/formats/geocoder.md says, that know the addresses of a table.

    with GeocoderServer(folder / "geocoder.csv", faults=some_faults) as server:
        weir("courts", "load", ..., "--geocoder", server.url)
    server.asked        how often the first service was asked for each address
"""
import collections
import csv
import http.server
import io
import json
import random
import re
import socket
import threading
import urllib.parse

FAULTS = ("429", "500", "cut", "garbage", "late")  # of both services
LIST_FAULTS = ("incomplete", "twice")  # of the second one
MOST_IN_A_LIST = 2500


def normalized(text):
    return " ".join(re.sub(r"[^A-Z0-9/&-]+", " ", (text or "").upper()).split())


def key_of(street, city, postal_code):
    return f"{normalized(street)}|{normalized(city)}|{(postal_code or '').strip()[:5]}"


def no_faults(kind, key, attempt):
    """`kind` is "address" or "batch", `key` of the address or of the first one; `attempt` counts from 1."""
    return None


def every_fault_once(kind, key, attempt):
    """Each address has its own fault, the first time only."""
    faults = FAULTS if kind == "address" else LIST_FAULTS + FAULTS
    return random.Random(f"{kind} {key}").choice((None, *faults)) if attempt == 1 else None


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that is killed breaks off; that is no trouble of the server's."""


class GeocoderServer:
    def __init__(self, table, faults=no_faults, census_only=lambda key: False, late_seconds=3):
        """`census_only`: addresses that the first service does not find."""
        with open(table, newline="", encoding="utf-8") as file:
            self.rows = {row.pop("key"): row for row in csv.DictReader(file)}
        self.faults = faults
        self.census_only = census_only
        self.late_seconds = late_seconds
        self.asked = collections.Counter()  # of the first service, by key
        self.lists = []  # how many addresses each list had
        self.tokens = set()
        self.wrong = []  # requests that are not as they should be
        self.when_asked = lambda server: None  # called behind each request
        self._attempts = collections.Counter()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    @property
    def requests(self):
        return self.asked.total() + len(self.lists)

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _fault(self, kind, key):
        with self._lock:
            self._attempts[kind, key] += 1
            return self.faults(kind, key, self._attempts[kind, key])

    def _address(self, query):
        """The first service: status and body."""
        given = dict(urllib.parse.parse_qsl(query, strict_parsing=True))
        if unknown := set(given) - {"house_number", "street", "borough", "zip"}:
            self.wrong.append(f"unknown parameters {unknown}")
        street = f"{given.get('house_number', '')} {given.get('street', '')}"
        key = key_of(street, given.get("borough"), given.get("zip"))
        with self._lock:
            self.asked[key] += 1
        row = None if self.census_only(key) else self.rows.get(key)
        found = (404, b"") if row is None else (200, json.dumps(
            {name: float(value) if name in ("lat", "lon") else value or None
             for name, value in row.items()}).encode())
        return self._fault("address", key), *found

    def _batch(self, body):
        """The second one."""
        wanted = [row for row in csv.reader(io.StringIO(body)) if row]
        with self._lock:
            self.lists.append(len(wanted))
        if len(wanted) > MOST_IN_A_LIST or any(len(row) != 5 for row in wanted):
            self.wrong.append(f"a list of {len(wanted)} rows, or another number of cells than 5")
        keys = {row[0]: key_of(row[1], row[2], row[4]) for row in wanted}
        fault = self._fault("batch", min(keys.values()))
        names = list(next(iter(self.rows.values())))
        rows = [[number, *self.rows.get(key, dict.fromkeys(names, "")).values()]
                for number, key in keys.items()]
        random.Random(len(rows)).shuffle(rows)
        if fault == "incomplete":
            rows = rows[::2]
        elif fault == "twice":
            elsewhere = ["1.5" if name in ("lat", "lon") else "elsewhere" for name in names]
            rows += [[row[0], *elsewhere] for row in rows] + [["99999", *elsewhere], ["", *elsewhere]]
        text = io.StringIO()
        csv.writer(text).writerows([["id", *names], *rows])
        return fault, 200, text.getvalue().encode()

    def _handler(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path, _, query = self.path.partition("?")
                self.answer(*(server._address(query) if path == "/v1/address" else (None, 410, b"")))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(*(server._batch(body) if self.path == "/v1/batch" else (None, 410, b"")))

            def answer(self, fault, status, body):
                server.tokens.add(self.headers.get("Authorization"))
                server.when_asked(server)
                if fault == "late":
                    server._ended.wait(server.late_seconds)
                    self.close_connection = True
                    return
                if fault == "garbage":
                    status, body = 200, b"<html>{]"
                if fault in ("429", "500"):
                    status, body = int(fault), b"later"
                self.send_response(status)
                if fault == "429":
                    self.send_header("Retry-After", "1")
                self.send_header("Content-Length", str(len(body) + (100 if fault == "cut" else 0)))
                self.end_headers()
                self.wfile.write(body)
                if fault == "cut":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler
