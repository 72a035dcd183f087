"""A server of S3 on loopback, versitygw, which checks signatures, and what tests put into it and
find in it, by requests that are signed here.

    with s3_server.Server(folder) as server:      # has a bucket
        server.put("in/a.xml", b"...")
        weir(..., f"{server.url}/in", env=server.environment)

What it knows of objects is in extended attributes of their files: kept beside them, as it also
offers, two puts under the same condition can both succeed.
"""
import ctypes
import hashlib
import hmac
import http.client
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.parse

import weir_cli

PROGRAM = weir_cli.CHECKOUT / ".setup/bin/versitygw"
ACCESS, SECRET, REGION = "weir-access", "weir/secret+key", "us-east-1"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def die_with_us():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Server:
    def __init__(self, folder, bucket="extracts"):
        self.objects = pathlib.Path(folder) / "s3/objects"
        self.bucket = self.objects / bucket
        self.bucket.mkdir(parents=True)
        self.url = f"s3://{bucket}"
        self.host = f"127.0.0.1:{free_port()}"
        self.environment = {"AWS_ENDPOINT_URL": f"http://{self.host}", "AWS_ACCESS_KEY_ID": ACCESS,
                            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_MAX_ATTEMPTS": "3"}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if not PROGRAM.exists():
            raise AssertionError(f"{PROGRAM} is not there: run tools/setup test")
        self.process = subprocess.Popen(
            [PROGRAM, "--access", ACCESS, "--secret", SECRET, "--port", self.host, "--keep-alive", "--quiet",
             "posix", self.objects],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_us)
        address, port = self.host.split(":")
        for _ in range(1000):
            with socket.socket() as probe:
                if probe.connect_ex((address, int(port))) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"{PROGRAM} does not answer")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def request(self, method, key, query="", data=b"", bucket=None):
        """The body of a good answer; `query` is sorted and encoded."""
        path = "/" + urllib.parse.quote(f"{bucket or self.bucket.name}/{key}".rstrip("/"), safe="/-_.~")
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"host": self.host, "x-amz-content-sha256": hashlib.sha256(data).hexdigest(), "x-amz-date": now}
        signed = ";".join(headers)
        request = "\n".join([method, path, query, *(f"{name}:{value}" for name, value in headers.items()), "",
                             signed, headers["x-amz-content-sha256"]])
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
        secret = ("AWS4" + SECRET).encode()
        for part in (*scope.split("/"), text):
            secret = hmac.new(secret, part.encode(), "sha256").digest()
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope},"
                                    f"SignedHeaders={signed},Signature={secret.hex()}")
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path + ("?" + query if query else ""), data, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status not in (200, 204):
            raise AssertionError(f"{method} {path}: {answer.status}: {content}")
        return content

    def make_bucket(self, name):
        self.request("PUT", "", bucket=name)

    def put(self, key, data, bucket=None):
        self.request("PUT", key, data=data, bucket=bucket)

    def get(self, key, bucket=None):
        return self.request("GET", key, bucket=bucket)

    def keys(self, prefix="", bucket=None):
        """Up to a thousand keys, without the prefix."""
        query = "list-type=2&prefix=" + urllib.parse.quote(prefix, safe="")
        found = self.request("GET", "", query, bucket=bucket).decode()
        return [key[len(prefix):] for key in re.findall("<Key>(.*?)</Key>", found)]

    def uploads(self, bucket=None):
        """Keys of uploads that have no end."""
        return re.findall("<Key>(.*?)</Key>", self.request("GET", "", "uploads=", bucket=bucket).decode())
