#!/usr/bin/env python3
"""PostgreSQL as people use it: rights, passwords, TLS, what the server refuses, a user who stops."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import postgres_server
import weir_cli
from weir_cli import weir

FEED = """
[source.feed]
entity = "thing"
format = "ndjson"
path   = "*.ndjson"
[entity.thing]
key   = ["id"]
write = "replace_record"
[entity.thing.fields]
id   = { type = "string", required = true }
text = { type = "string" }
n    = { type = "decimal(12,2)" }
day  = { type = "date" }
[entity.thing.tables.part]
each = "parts"
fields.part = { type = "string", path = "#text" }
"""


class PostgresTest(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        (self.folder / "feed.toml").write_text(FEED)
        self.feed({"id": "a", "text": "one", "n": "1.50", "day": "2026-03-14", "parts": ["x", "y"]}, {"id": "b"})

    def feed(self, *records):
        (self.folder / "feed.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))

    def run_feed(self, url, *arguments, **options):
        return weir("run", self.folder / "feed.toml", "--to", url, *arguments, **options)

    def url(self, name="target"):
        return weir_cli.target("postgres", self.folder, name)

    def assert_fails(self, done, *texts, status=1):
        self.assertEqual(done.returncode, status, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)

    def assert_loaded(self, url, rows=2):
        done = self.run_feed(url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(weir_cli.digest(url)["thing"][1], rows)


class Tables(PostgresTest):
    def test_tables_have_the_types_and_keys_that_people_join_by(self):
        self.assert_loaded(self.url())
        schema = weir_cli.place_of(self.url())
        columns = weir_cli.postgres().sql(
            "SELECT column_name || ' ' || data_type FROM information_schema.columns "
            f"WHERE table_schema = '{schema}' AND table_name = 'thing' ORDER BY ordinal_position").splitlines()
        self.assertEqual(columns, ["id text", "text text", "n numeric", "day date"])
        indexes = weir_cli.postgres().sql(f"SELECT indexdef FROM pg_indexes WHERE schemaname = '{schema}' "
                                          "AND tablename IN ('thing', 'part') ORDER BY 1").splitlines()
        self.assertRegex(indexes[0], r"^CREATE INDEX .*part.* \(id\)$")
        self.assertRegex(indexes[1], r"^CREATE UNIQUE INDEX .*thing.* \(id\)$")

    def test_other_programs_read_the_values(self):
        self.assert_loaded(self.url())
        schema = weir_cli.place_of(self.url())
        self.assertEqual(weir_cli.postgres().sql(f'SELECT text, n, day FROM "{schema}".thing ORDER BY id').splitlines(),
                         ["one|1.50|2026-03-14", "||"])

    def test_tables_of_others_are_not_touched(self):
        schema = weir_cli.place_of(self.url())
        weir_cli.postgres().sql(f'CREATE SCHEMA "{schema}"', f'CREATE TABLE "{schema}".thing (id int)',
                                f'INSERT INTO "{schema}".thing VALUES (7)')
        self.assert_fails(self.run_feed(self.url()), '"thing" is there already', "schema=NAME", status=2)
        self.assertEqual(weir_cli.postgres().sql(f'SELECT id FROM "{schema}".thing').strip(), "7")

    def test_another_declaration_is_refused(self):
        self.assert_loaded(self.url())
        (self.folder / "feed.toml").write_text(FEED + 'fields.more = { type = "string" }\n')
        self.assert_fails(self.run_feed(self.url()), "another declaration", status=2)

    def test_the_character_nul_is_told_with_its_column_and_key(self):
        self.assert_loaded(self.url())
        before = weir_cli.digest(self.url())
        self.feed({"id": "c", "text": "zero \0 byte"})
        self.assert_fails(self.run_feed(self.url()), "NUL", "column text", '"c"')
        self.assertEqual(weir_cli.digest(self.url()), before)
        self.feed({"id": "c", "text": "none"})
        self.assert_loaded(self.url(), rows=3)


class Refused(PostgresTest):
    def test_what_is_not_there_is_named(self):
        server = weir_cli.postgres()
        self.assert_fails(self.run_feed(server.url(database="nothing")), 'database "nothing" does not exist')
        self.assert_fails(self.run_feed(f"postgres:///weir?host={self.folder}"), "cannot connect", str(self.folder))
        self.assert_fails(weir("digest", server.url(schema="nowhere")), "schema nowhere")
        self.assert_fails(self.run_feed("postgres:weir"), "postgres://HOST/DATABASE", status=2)

    def test_without_the_right_to_make_tables_nothing_is_left(self):
        server = weir_cli.postgres()
        server.sql("DROP ROLE IF EXISTS weir_guest", "CREATE ROLE weir_guest LOGIN")
        url = server.url(schema=weir_cli.place_of(self.url()), user="weir_guest")
        self.assert_fails(self.run_feed(url), "permission denied for database weir")
        self.assertFalse(weir_cli.is_there(self.url()))
        server.sql("CREATE DATABASE guests OWNER weir_guest", database="postgres")
        self.assert_loaded(server.url(database="guests", schema="own", user="weir_guest"))

    def test_a_database_that_is_not_in_utf8_is_refused(self):
        weir_cli.postgres().sql("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0", database="postgres")
        self.assert_fails(self.run_feed(weir_cli.postgres().url(database="ascii")), "SQL_ASCII", "UTF8")

    def test_a_full_disk_leaves_what_was_there(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], capture_output=True).returncode != 0:
            self.skipTest("no right to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        self.folder.chmod(0o755)
        shutil.chown(disk, postgres_server.USER)
        server = postgres_server.PostgresServer()
        self.addCleanup(server.close)
        server.sql(f"CREATE TABLESPACE small LOCATION '{disk}'", database="postgres")
        server.sql("CREATE DATABASE small TABLESPACE small", database="postgres")
        url = server.url(database="small")
        self.assert_loaded(url)
        before = weir_cli.digest(url)
        self.feed(*({"id": str(n), "text": os.urandom(2000).hex()} for n in range(8000)))
        self.assert_fails(self.run_feed(url), "No space left on device")
        self.assertEqual(weir_cli.digest(url), before)
        self.feed({"id": "c"})
        self.assert_loaded(url, rows=3)
        server.close()


class Stopped(PostgresTest):
    def test_a_statement_that_waits_is_cancelled(self):
        self.assert_loaded(self.url())
        schema = weir_cli.place_of(self.url())
        before = weir_cli.digest(self.url())
        self.feed({"id": "a", "text": "two"})
        server = weir_cli.postgres()
        holder = subprocess.Popen(
            postgres_server.command("psql", "-X", "-q", "-h", server.folder, "-U", "postgres", "-d", "weir"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        holder.stdin.write(f'BEGIN; LOCK TABLE "{schema}".thing; SELECT 1;\n')
        holder.stdin.flush()
        self.assertTrue(holder.stdout.readline())
        run = weir_cli.start("run", self.folder / "feed.toml", "--to", self.url())
        waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '\"{schema}\".thing'::regclass"
        while server.sql(waiting).strip() == "0":
            self.assertIsNone(run.poll())
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=60)[1].decode()
        holder.communicate("ROLLBACK;\n")
        self.assertEqual(run.returncode, 130, said)
        self.assertIn("stopped", said)
        self.assertEqual(weir_cli.digest(self.url()), before)
        self.assert_loaded(self.url())

    def test_a_run_that_was_killed_is_interrupted_at_once(self):
        self.feed(*({"id": str(n)} for n in range(3000)))
        run = weir_cli.start("run", self.folder / "feed.toml", "--to", self.url(), "--chunk-records", 100,
                             "--log-level", "debug")
        for line in run.stderr:
            if line.startswith(b"debug: spool chunk"):
                break
        run.kill()
        run.communicate()
        self.assert_loaded(self.url(), rows=3000)
        runs = [json.loads(line) for line in weir("runs", self.url(), "--json").stdout.splitlines()]
        self.assertEqual([one["status"] for one in runs], ["done"])


class Secrets(PostgresTest):
    """A server that asks for a password."""

    def setUp(self):
        super().setUp()
        self.server = postgres_server.PostgresServer()
        self.addCleanup(self.server.close)
        self.server.sql("CREATE ROLE loader LOGIN PASSWORD 's3cret' SUPERUSER")
        (self.server.data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        self.server.sql("SELECT pg_reload_conf()")

    def url_with(self, password):
        return f"postgres://loader:{password}@/weir?host={self.server.folder}&schema=own"

    def test_a_password_is_in_no_message_and_no_table(self):
        done = self.run_feed(self.url_with("s3cret"))
        self.assertEqual(done.returncode, 0, done.stderr)
        again = self.run_feed(self.url_with("s3cret"), "--force", "--log-level", "debug")
        wrong = self.run_feed(self.url_with("wr0ng"))
        self.assert_fails(wrong, "password authentication failed")
        digests = weir("digest", "--compare", self.url_with("s3cret"), f"sqlite:{self.folder}/none.db")
        stored = self.server.sql("SELECT * FROM own.weir_run")
        for said in (done, again, wrong, digests):
            self.assertNotRegex(said.stdout + said.stderr, "s3cret|wr0ng")
        self.assertNotIn("s3cret", stored)
        self.assertIn("postgres://loader@/weir?host=", stored)

    def test_a_password_may_come_from_the_environment(self):
        url = f"postgres://loader@/weir?host={self.server.folder}&schema=own"
        done = self.run_feed(url, env={"PGPASSWORD": "s3cret"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fails(self.run_feed(url), "no password supplied")


class Tls(PostgresTest):
    """A server on the network, with a certificate that it signed itself. Parquet brings an OpenSSL of its own."""

    def setUp(self):
        super().setUp()
        for name, subject in (("server", "/CN=localhost"), ("other", "/CN=elsewhere")):
            subprocess.run(["openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", subject, "-out",
                            self.folder / f"{name}.crt", "-keyout", self.folder / f"{name}.key", "-addext",
                            f"subjectAltName=DNS:{subject[4:]}"], check=True, capture_output=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = postgres_server.PostgresServer(
            settings={"listen_addresses": "127.0.0.1", "port": self.port},
            hba=["local all all trust", "hostssl all all 127.0.0.1/32 trust"])
        self.addCleanup(self.server.close)
        for file in ("server.crt", "server.key"):
            self.server.add_file(self.folder / file)
        self.server.sql("ALTER SYSTEM SET ssl = on", database="postgres")
        self.server.sql("SELECT pg_reload_conf()", database="postgres")

    def tls_url(self, certificate="server.crt", schema="own"):
        return (f"postgres://postgres@localhost:{self.port}/weir?hostaddr=127.0.0.1&sslmode=verify-full"
                f"&sslrootcert={self.folder / certificate}&schema={schema}")

    def test_a_run_goes_through_tls_and_so_it_does_beside_parquet(self):
        self.assert_loaded(self.tls_url())
        parquet = f"parquet:{self.folder}/parquet"
        self.assertEqual(self.run_feed(parquet).returncode, 0)
        for first, second in ((parquet, self.tls_url()), (self.tls_url(), parquet)):
            done = weir("digest", "--compare", first, second)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        encrypted = self.server.sql("SELECT count(*) FROM pg_stat_ssl WHERE ssl", database="weir")
        self.assertEqual(encrypted.strip(), "0")  # none is left open

    def test_a_certificate_of_another_is_refused(self):
        self.assert_fails(self.run_feed(self.tls_url("other.crt")), "certificate verify failed")


if __name__ == "__main__":
    unittest.main()
