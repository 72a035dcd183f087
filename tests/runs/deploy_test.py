#!/usr/bin/env python3
"""The files in deploy/: their commands run as they stand, with local folders as volumes, and give the truth."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli

DEPLOY = weir_cli.CHECKOUT / "deploy"
LIMIT = 2 * 2**30
ESSENTIAL = {"libc6", "libstdc++6", "libgcc-s1"}


def documents(name):
    done = subprocess.run([courts_cli.PYTHON, "-c", "import json, sys, yaml; "
                           "print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", DEPLOY / name],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def job_of(document):
    return document["spec"]["jobTemplate"]["spec"] if document["kind"] == "CronJob" else document["spec"]


def container_of(document):
    (container,) = job_of(document)["template"]["spec"]["containers"]
    return container


def cgroups():
    """Where a cgroup with a limit of memory can be made, and the file of the limit: of version 2, or else 1."""
    for root in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        controllers = pathlib.Path(root, "cgroup.subtree_control")
        if controllers.exists() and "memory" in controllers.read_text().split():
            yield pathlib.Path(root), "memory.max"
    if pathlib.Path("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists():
        yield pathlib.Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"


@contextlib.contextmanager
def limited():
    """Gives what a process calls to be within 2 GiB, or None where the machine lets nobody make a cgroup."""
    group = None
    for root, limit in cgroups():
        try:
            group = root / f"weir_deploy_test_{os.getpid()}"
            group.mkdir()
            (group / limit).write_text(str(LIMIT))
            break
        except OSError:
            group = None
    try:
        yield group, group and (lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
    finally:
        if group is not None:
            group.rmdir()


class Deployed(courts_cli.CourtsTest):
    def setUp(self):
        super().setUp()
        self.extracts, self.truth = courts_cli.generated("--cases", 3000, "--seed", 8, "--files", 5, "--bad-fraction",
                                                         0.005, "--delete-fraction", 0.05)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/weir").symlink_to(weir_cli.WEIR)
        for volume in ("data", "work"):
            (self.folder / volume).mkdir()
        shutil.copytree(self.extracts, self.folder / "extracts")
        self.database = self.folder / "data/courts.duckdb"

    def local(self, text, container):
        """With the folder of each volume in the place of its path."""
        for mount in container["volumeMounts"]:
            text = re.sub(rf"(?<![\w/]){re.escape(mount['mountPath'])}(?=/|$|\s)", f"{self.folder}/{mount['name']}", text)
        return text

    def run_container(self, container, enter, **variables):
        command = [self.local(word, container) for word in container["command"] + container["args"]]
        environment = weir_cli.environment({one["name"]: self.local(one["value"], container) for one in container["env"]}
                                           | variables)
        environment["PATH"] = f"{self.folder}/bin:{environment['PATH']}"
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, preexec_fn=enter)

    def run_all(self, name):
        """Runs the Jobs of a file, each as often as it is to be completed."""
        with limited() as (group, enter):
            if group is None:
                print("no cgroup can be made here: the limit of 2 GiB is not tried", file=sys.stderr)
            elif group.parent.name == "memory":
                print("memory is limited by cgroups of version 1 here", file=sys.stderr)
            for document in documents(name):
                container = container_of(document)
                self.assertEqual(container["resources"]["limits"]["memory"], "2Gi")
                for index in range(job_of(document).get("completions", 1)):
                    done = self.run_container(container, enter, JOB_COMPLETION_INDEX=index)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertNotIn("\r", done.stderr)
                    if group is not None:
                        self.assert_limit_was_seen()

    def assert_limit_was_seen(self):
        for file in self.folder.glob("data/*.prom"):
            (limit,) = re.findall(r"^weir_run_memory_limit_bytes\{.*\} (\d+)$", file.read_text(), re.M)
            self.assertEqual(int(limit), LIMIT * 3 // 4)

    def test_the_job_loads_geocodes_and_exports(self):
        self.run_all("courts-load.yaml")
        self.assert_truth(self.extracts, "--geocoded")
        self.assertTrue((self.folder / "data/csv/oca_index.csv").exists())

    def test_the_cron_job_runs_week_after_week_and_never_twice_at_once(self):
        (document,) = documents("courts-weekly.yaml")
        self.assertEqual(document["spec"]["concurrencyPolicy"], "Forbid")
        newest = sorted((self.folder / "extracts").glob("*Incr*"))[-1]
        later = newest.rename(self.folder / "later.zip")
        self.run_all("courts-weekly.yaml")
        later.rename(newest)
        self.run_all("courts-weekly.yaml")
        self.assert_truth(self.extracts)

    def test_parts_of_an_indexed_job_become_visible_together_beside_production(self):
        parts, _ = documents("courts-backfill.yaml")
        self.assertEqual(parts["spec"]["completionMode"], "Indexed")
        self.assertIn(f"/{parts['spec']['completions']}\"", container_of(parts)["args"][0])
        self.run_all("courts-backfill.yaml")
        self.assert_truth(self.extracts, "--schema", "next")

    def test_volumes_that_are_mounted_are_declared(self):
        for file in DEPLOY.glob("*.yaml"):
            for document in documents(file.name):
                spec = job_of(document)["template"]["spec"]
                self.assertEqual({mount["name"] for mount in container_of(document)["volumeMounts"]},
                                 {volume["name"] for volume in spec["volumes"]})


class Image(unittest.TestCase):
    TEXT = (DEPLOY / "Containerfile").read_text()

    def test_has_the_libraries_that_the_program_and_its_modules_need(self):
        installed = set(re.search(r"--no-install-recommends(.*?)&&", self.TEXT, re.S).group(1).replace("\\", "").split())
        build = pathlib.Path(weir_cli.WEIR).parent
        files = [weir_cli.WEIR, build / "lib/libweir.so.0",
                 *(build / f"lib/weir/libweir_{name}.so" for name in ("duckdb", "http", "postgres"))]
        needed = set()
        for file in files:
            linked = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
            for library in re.findall(r"\(NEEDED\).*\[(.*)\]", linked):
                owner = subprocess.run(["dpkg", "-S", f"*-linux-gnu/{library}"], capture_output=True, text=True, check=False)
                needed |= {line.split(":")[0] for line in owner.stdout.splitlines() if not line.split(":")[0].endswith("-cross")}
        self.assertEqual(needed - ESSENTIAL - installed, set())

    def test_begins_with_the_program(self):
        (entry,) = re.findall(r"^ENTRYPOINT (.*)$", self.TEXT, re.M)
        (command,) = re.findall(r"^CMD (.*)$", self.TEXT, re.M)
        self.assertEqual(json.loads(entry), ["weir"])
        done = weir_cli.weir(*json.loads(command))
        self.assertEqual(done.returncode, 0)
        self.assertIn("courts load", done.stdout)


if __name__ == "__main__":
    unittest.main()
