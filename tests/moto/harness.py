"""One server with its accounts for each test, and boto3 as its client."""

import subprocess
import sys
import unittest
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

import fixtures


class Case(unittest.TestCase):
    accounts = {}

    def setUp(self):
        script = fixtures.__file__.replace("fixtures.py", "server.py")
        self.process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        self.made = {name: fixtures.make_account(self.url, name, wanted) for name, wanted in self.accounts.items()}
        self.ahead = 0

    def tearDown(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=10)

    def client(self, service, keys=None):
        """Signs with the keys, or not at all."""
        names = {"id": "aws_access_key_id", "AccessKeyId": "aws_access_key_id", "secret": "aws_secret_access_key",
                 "SecretAccessKey": "aws_secret_access_key", "SessionToken": "aws_session_token"}
        given = {names[name]: value for name, value in (keys or {}).items() if name in names}
        signs = {} if keys else {"signature_version": UNSIGNED}
        patient = Config(retries={"total_max_attempts": 1}, read_timeout=2, **signs)
        return boto3.client(service, "eu-west-1", endpoint_url=self.url, config=patient, **given)

    def post(self, path, body):
        urllib.request.urlopen(urllib.request.Request(self.url + path, body.encode())).close()

    def wind(self, seconds):
        self.ahead += seconds
        self.post("/_clock", str(self.ahead))

    def refused(self, code, words, call, *args, **kwargs):
        with self.assertRaises(ClientError) as caught:
            call(*args, **kwargs)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        self.assertIn(words, caught.exception.response["Error"]["Message"])
