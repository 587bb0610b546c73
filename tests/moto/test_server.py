"""Proves with boto3 alone that the server refuses what AWS refuses: a second opinion has to be able to say no.

    python -m unittest test_server      from this directory
"""

import json
import time
import unittest
import urllib.request

from botocore.exceptions import BotoCoreError
from botocore.parsers import ResponseParserError

import harness
import sts

BASTION, PRODUCTION = "210987654321", "123456789012"
MFA = {"Bool": {"aws:SecureTransport": "true", "aws:MultiFactorAuthPresent": "true"},
       "NumericLessThan": {"aws:MultiFactorAuthAge": "54000"}}


def allow(action, resource="*"):
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


def trust(principal, effect="Allow", **conditions):
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Statement": [statement | ({"Condition": conditions} if conditions else {})]}


def role(name, account=PRODUCTION):
    return f"arn:aws:iam::{account}:role/{name}"


ROOT, ADA = f"arn:aws:iam::{BASTION}:root", f"arn:aws:iam::{BASTION}:user/ada"
ACCOUNTS = {
    BASTION: {
        "groups": {"assume": allow("sts:AssumeRole", role("*")), "self": allow("iam:ListMFADevices")},
        "users": {"ada": {"mfa": True, "groups": ["assume", "self"]}, "nobody": {}},
        "roles": {
            "near": {"trust": trust(f"arn:aws:iam::{BASTION}:user/nobody")},
            "root": {"trust": trust(ROOT)},
        },
    },
    PRODUCTION: {
        "roles": {
            "read": {"trust": trust(ROOT, **MFA), "policy": allow("s3:ListAllMyBuckets"), "max": 43200},
            "open": {"trust": trust(ROOT), "policy": allow("sts:AssumeRole"), "max": 43200},
            "outside": {"trust": trust(ROOT, StringEquals={"sts:ExternalId": "42"})},
            "chained": {"trust": trust(role("open"))},
            "theirs": {"trust": trust(f"arn:aws:iam::{BASTION}:user/other")},
            "denied": {"trust": {"Statement": trust(ROOT)["Statement"] + trust(ADA, "Deny")["Statement"]}},
        },
        "buckets": ["a.demo.bucket"],
    },
}


class Server(harness.Case):
    accounts = ACCOUNTS

    def setUp(self):
        super().setUp()
        self.ada, self.nobody = self.made[BASTION]["ada"], self.made[BASTION]["nobody"]

    def code(self, steps=0):
        return sts.totp(self.ada["seed"], int(time.time() + self.ahead) // 30 + steps)

    def mfa(self, steps=0):
        return {"SerialNumber": self.ada["serial"], "TokenCode": self.code(steps)}

    def assume(self, keys, arn, **more):
        return self.client("sts", keys).assume_role(RoleArn=arn, RoleSessionName="ada", **more)["Credentials"]

    def test_trust(self):
        self.assume(self.nobody, role("near", BASTION))
        self.assume(self.ada, role("open"))
        self.assume(self.ada, role("outside"), ExternalId="42")
        for keys, arn, more in [
            (self.nobody, role("root", BASTION), {}),
            (self.nobody, role("open"), {}),
            (self.ada, role("theirs"), {}),
            (self.ada, role("denied"), {}),
            (self.ada, role("missing"), {}),
            (self.ada, role("outside"), {}),
            (self.ada, role("outside"), {"ExternalId": "43"}),
            (self.ada, role("read"), {}),
        ]:
            with self.subTest(arn=arn, **more):
                self.refused("AccessDenied", f"sts:AssumeRole on resource: {arn}", self.assume, keys, arn, **more)

    def test_mfa(self):
        spent = self.mfa()
        straight = self.assume(self.ada, role("read"), DurationSeconds=43200, **spent)
        for code in (spent, self.mfa(9)):
            self.refused("AccessDenied", "invalid MFA one time pass", self.assume, self.ada, role("read"), **code)
        other = self.mfa(1) | {"SerialNumber": f"arn:aws:iam::{BASTION}:mfa/other"}
        self.refused("AccessDenied", "unable to validate MFA code", self.assume, self.ada, role("read"), **other)
        base = self.client("sts", self.ada).get_session_token(**self.mfa(1))["Credentials"]
        self.assume(base, role("read"))
        bare = self.client("sts", self.ada).get_session_token()["Credentials"]
        self.refused("AccessDenied", "not authorized", self.assume, bare, role("read"))
        again = self.client("sts", base).get_session_token
        self.refused("AccessDenied", "Cannot call GetSessionToken", again)
        self.assertIn("assumed-role/read/ada", self.client("sts", straight).get_caller_identity()["Arn"])

    def test_durations(self):
        limit = "exceeds the 1 hour session limit for roles assumed by role chaining"
        base = self.client("sts", self.ada).get_session_token()["Credentials"]
        self.refused("ValidationError", limit, self.assume, base, role("open"), DurationSeconds=3601)
        longest = self.assume(self.ada, role("open"), DurationSeconds=43200)
        self.assume(longest, role("chained"), DurationSeconds=3600)
        self.refused("ValidationError", "durationSeconds", self.assume, self.ada, role("open"), DurationSeconds=43201)
        too_long = "exceeds the MaxSessionDuration"
        self.refused("ValidationError", too_long, self.assume, self.ada, role("outside"), DurationSeconds=3601)

    def test_expiry(self):
        keys = self.assume(self.ada, role("open"), DurationSeconds=900)
        self.wind(890)
        self.client("sts", keys).get_caller_identity()
        self.wind(11)
        self.refused("ExpiredToken", "expired", self.client("sts", keys).get_caller_identity)
        base = self.client("sts", self.ada).get_session_token(**self.mfa())["Credentials"]
        self.wind(60)
        self.assume(base, role("read"))
        self.wind(43200)
        self.refused("ExpiredToken", "expired", self.assume, base, role("read"))

    def test_signatures_and_parameters(self):
        base = self.client("sts", self.ada).get_session_token()["Credentials"]
        for keys, code in [
            (self.ada | {"secret": "x" * 40}, "SignatureDoesNotMatch"),
            (self.ada | {"id": "AKIA" + "X" * 16}, "InvalidClientTokenId"),
            (base | {"SessionToken": "forged"}, "InvalidClientTokenId"),
            (base | {"SecretAccessKey": "x" * 40}, "SignatureDoesNotMatch"),
        ]:
            with self.subTest(keys=keys):
                self.refused(code, "", self.client("sts", keys).get_caller_identity)
        self.refused("MalformedPolicyDocument", "", self.assume, self.ada, role("open"), Policy="{not json")
        bad = {"RoleArn": role("open"), "RoleSessionName": "a b"}
        self.refused("ValidationError", "roleSessionName", self.client("sts", self.ada).assume_role, **bad)

    def test_other_services(self):
        devices = self.client("iam", self.ada).list_mfa_devices()["MFADevices"]
        self.assertEqual([device["SerialNumber"] for device in devices], [self.ada["serial"]])
        self.refused("AccessDenied", "iam:ListMFADevices", self.client("iam", self.nobody).list_mfa_devices)
        self.refused("AccessDenied", "", self.client("s3", self.ada).list_buckets)
        keys = self.assume(self.ada, role("read"), **self.mfa())
        self.assertEqual(self.client("s3", keys).list_buckets()["Buckets"][0]["Name"], "a.demo.bucket")

    def test_faults(self):
        identity = self.client("sts", self.ada).get_caller_identity
        throttled = {"kind": "error", "code": "Throttling", "message": "Rate exceeded", "times": 2}
        self.post("/_fault", json.dumps(throttled))
        self.refused("Throttling", "Rate exceeded", identity)
        self.refused("Throttling", "Rate exceeded", identity)
        identity()
        for kind in ("close", "truncate", "garbage", "hang"):
            with self.subTest(kind=kind):
                self.post("/_fault", json.dumps({"kind": kind, "action": "GetCallerIdentity"}))
                self.assertRaises((BotoCoreError, ResponseParserError), identity)
                identity()
        with urllib.request.urlopen(self.url + "/_hits") as answer:
            self.assertEqual(json.load(answer)["GetCallerIdentity"], 11)


if __name__ == "__main__":
    unittest.main()
