#!/usr/bin/env python3
"""The server of a PostgreSQL target is lost at each message of a run: old or new, then a clean rerun.

    postgres_fault_sweep.py [--every 7] [--kill-every 25]

A small run goes through a proxy on a socket, which counts what the client sends: statements, rows,
the ends of COPYs, COMMIT. It is repeated; the n-th time, the connection is cut in front of its n-th
message, or behind it, when the server has taken it and its answer is lost. With --kill-every the
server itself dies there (pg_ctl stop -m immediate) and is started again. The run loads into a new
database, and into one that holds an earlier run.

What must hold each time: the run ends with 1 and says that the connection was lost, or with 0; it
never crashes. The database then holds the old state or the new one, never a mixture, and the new one
where the run ended with 0. A rerun ends with 0, leaves the new state, and nothing else.
"""
import argparse
import collections
import concurrent.futures
import itertools
import os
import pathlib
import socket
import struct
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import postgres_server
import weir_cli
from fault_sweep import DECLARATION, RECORDS, records

options = argparse.Namespace(every=7, kill_every=25)
SOCKET = ".s.PGSQL.5432"

Fault = collections.namedtuple("Fault", "message behind kill")


class Proxy:
    """Passes bytes between clients and the server, until the fault's message comes."""

    def __init__(self, folder, server, fault=None):
        self.folder = pathlib.Path(folder)
        self.server = server
        self.fault = fault
        self.messages = 0
        self.happened = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / SOCKET))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # which ends `accept`
        self.listener.close()
        os.unlink(self.folder / SOCKET)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(str(self.server.folder / SOCKET))
            except OSError:
                return
            replies = threading.Thread(target=self.pass_replies, args=(server, client), daemon=True)
            replies.start()
            self.pass_messages(client, server)
            replies.join()

    @staticmethod
    def cut(*connections):
        for one in connections:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def pass_replies(self, server, client):
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            pass
        self.cut(client, server)

    def pass_messages(self, client, server):
        """The first message has no type, and is not counted."""
        type_bytes = 0
        try:
            with client.makefile("rb") as stream:
                while len(head := stream.read(type_bytes + 4)) == type_bytes + 4:
                    (size,) = struct.unpack("!I", head[type_bytes:])
                    message = head + stream.read(size - 4)
                    self.messages += type_bytes
                    type_bytes = 1
                    if self.fault and self.messages == self.fault.message and not self.happened:
                        self.happen(client, server, message)
                        break
                    server.sendall(message)
        except OSError:
            pass
        self.cut(client, server)

    def happen(self, client, server, message):
        self.happened = True
        if self.fault.behind:
            client.settimeout(10)
            server.sendall(message)
            # The server has taken it once it has answered, or has begun to.
            threading.Event().wait(0.02)
        if self.fault.kill:
            self.server.stop("immediate")
        self.cut(client, server)


class Sweep:
    """Runs into one kind of database: a new one, or one with an earlier run."""

    def __init__(self, test, folder, server, earlier):
        self.test = test
        self.server = server
        self.name = "earlier" if earlier else "fresh"
        self.folder = folder / self.name
        self.folder.mkdir()
        (self.folder / "feed.toml").write_text(DECLARATION)
        (self.folder / "earlier.ndjson").write_text(records(0, RECORDS))
        (self.folder / "feed.ndjson").write_text(records(RECORDS - 1, RECORDS))
        server.sql(f"CREATE DATABASE {self.name}", database="postgres")
        self.states = [None]
        if earlier:
            self.check(self.run(server.url(database=self.name), "earlier.ndjson"))
            self.states = [self.state(self.name)]
        database = self.database("wanted")
        self.check(self.run(server.url(database=database)))
        self.new = self.state(database)
        self.states.append(self.new)

    def database(self, name):
        """A copy of the database as it is before the run."""
        made = f"{self.name}_{name}"
        self.server.sql(f"CREATE DATABASE {made} TEMPLATE {self.name}", database="postgres")
        return made

    def run(self, url, feed="feed.ndjson", cache=None):
        return weir_cli.weir("run", self.folder / "feed.toml", self.folder / feed, "--to", url, "--chunk-records", 2,
                             "--threads", 1, env={"XDG_CACHE_HOME": cache or self.folder / "cache"})

    def check(self, done):
        if done.returncode != 0:
            raise AssertionError(f"exit {done.returncode}: {done.stderr}")

    def state(self, database):
        """None where no run has finished."""
        done = weir_cli.weir("digest", self.server.url(database=database), "--json")
        if done.returncode != 0:
            return None if "no run" in done.stderr else done.stderr
        return weir_cli.digests_in(done.stdout)

    def count_messages(self):
        proxied = self.folder / "count"
        proxied.mkdir()
        proxy = Proxy(proxied, self.server)
        self.check(self.run(self.server.url(database=self.database("counted"), host=str(proxied))))
        proxy.close()
        return proxy.messages

    def case(self, fault):
        """What is wrong behind a run that meets the fault; None: nothing. And the run's status."""
        name = f"{fault.message}_{int(fault.behind)}_{int(fault.kill)}"
        database = self.database(name)
        folder = self.folder / name
        folder.mkdir()
        url = self.server.url(database=database, host=str(folder))
        proxy = Proxy(folder, self.server, fault)
        done = self.run(url, cache=folder)
        if proxy.happened and fault.kill:
            self.server.start()
        problem = self.problem(database, done, proxy, url, folder)
        proxy.close()
        self.server.sql(f"DROP DATABASE {database} WITH (FORCE)", database="postgres")
        return done.returncode, problem

    def problem(self, database, done, proxy, url, folder):
        if done.returncode not in (0, 1):
            return f"exit {done.returncode}: {done.stderr}"
        lost = "connection was lost" in done.stderr or "connection to the server was lost" in done.stderr
        if done.returncode == 1 and not lost and "cannot connect" not in done.stderr:
            return f"the message does not tell that the connection was lost: {done.stderr}"
        state = self.state(database)
        if state not in ([self.new] if done.returncode == 0 else self.states):
            return f"exit {done.returncode}, the database holds {state}: {done.stderr}"
        proxy.fault = None
        again = self.run(url, cache=folder)
        if again.returncode != 0 or self.state(database) != self.new:
            return f"rerun: exit {again.returncode}, holds {self.state(database)}: {again.stderr}"
        left = list((folder / "weir").iterdir())
        return f"left behind: {left}" if left else None

    def faults(self):
        count = self.count_messages()
        cuts = [Fault(n, behind, False) for n in range(1, count + 1, options.every) for behind in (False, True)]
        # The end has what matters most: the manifest, COMMIT.
        cuts += [Fault(n, behind, False) for n in range(max(1, count - 4), count + 1) for behind in (False, True)]
        kills = [Fault(n, n % 2 == 0, True) for n in range(2, count + 1, options.kill_every)]
        return count, sorted(set(cuts)), kills + [Fault(count - 1, behind, True) for behind in (False, True)]

    def sweep(self):
        count, cuts, kills = self.faults()
        ended = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            # The server is everybody's: it dies for one at a time.
            results = itertools.chain(zip(cuts, pool.map(self.case, cuts)), zip(kills, map(self.case, kills)))
            for fault, (status, problem) in results:
                with self.test.subTest(self.name, fault=fault):
                    self.test.assertIsNone(problem)
                ended[status] += 1
        print(f"{self.name}: {count} messages; {len(cuts)} times the connection was cut at one, {len(kills)} times the "
              f"server was killed; {ended[1]} runs ended with an error, {ended[0]} did without it")
        self.test.assertGreater(ended[1], 10)


class PostgresFaultSweep(weir_cli.WeirTest):
    def test_a_server_that_is_lost_at_any_message_leaves_the_old_state_or_the_new(self):
        server = postgres_server.PostgresServer()
        self.addCleanup(server.close)
        for earlier in (False, True):
            Sweep(self, self.folder, server, earlier).sweep()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=options.every)
    parser.add_argument("--kill-every", type=int, default=options.kill_every)
    parser.parse_known_args(namespace=options)
    unittest.main(argv=sys.argv[:1])
