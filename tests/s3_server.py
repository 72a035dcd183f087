"""A server of S3 on loopback, versitygw, which checks signatures. Its buckets are folders of its own.

    with s3_server.Server(folder) as server:
        weir(..., env=server.environment)
"""
import ctypes
import hashlib
import hmac
import http.client
import pathlib
import signal
import socket
import subprocess
import time

import weir_cli

PROGRAM = weir_cli.CHECKOUT / ".setup/bin/versitygw"


class Server:
    def __init__(self, folder, bucket="extracts"):
        self.objects = pathlib.Path(folder) / "s3/objects"
        self.metadata = pathlib.Path(folder) / "s3/metadata"
        (self.objects / bucket).mkdir(parents=True)
        self.metadata.mkdir()
        self.bucket = self.objects / bucket
        self.url = f"s3://{bucket}"

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.environment = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "weir-access",
                            "AWS_SECRET_ACCESS_KEY": "weir/secret+key", "AWS_MAX_ATTEMPTS": "3"}
        die_with_us = ctypes.CDLL(None).prctl
        self.process = subprocess.Popen(
            [PROGRAM, "--access", "weir-access", "--secret", "weir/secret+key", "--port", f"127.0.0.1:{port}",
             "--keep-alive", "--quiet", "posix", "--sidecar", self.metadata, self.objects],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=lambda: die_with_us(1, signal.SIGKILL))
        for _ in range(1000):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError(f"{PROGRAM} does not answer")

    def put(self, key, data):
        """Puts an object into the bucket, as its clients do: signed."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        host = self.environment["AWS_ENDPOINT_URL"].removeprefix("http://")
        path = f"/{self.bucket.name}/{key}"
        headers = {"host": host, "x-amz-content-sha256": hashlib.sha256(data).hexdigest(), "x-amz-date": now}
        signed = ";".join(headers)
        request = "\n".join(["PUT", path, "", *(f"{name}:{value}" for name, value in headers.items()), "", signed,
                             headers["x-amz-content-sha256"]])
        scope = f"{now[:8]}/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
        secret = ("AWS4" + self.environment["AWS_SECRET_ACCESS_KEY"]).encode()
        for part in (*scope.split("/"), text):
            secret = hmac.new(secret, part.encode(), "sha256").digest()
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.environment['AWS_ACCESS_KEY_ID']}/{scope},"
                                    f"SignedHeaders={signed},Signature={secret.hex()}")
        connection = http.client.HTTPConnection(host)
        connection.request("PUT", path, data, headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise AssertionError(answer.read())
        connection.close()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
