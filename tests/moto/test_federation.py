"""Proves with boto3 alone that the server takes no proof that AWS would not take.

    python -m unittest test_federation      from this directory
"""

import base64
import json
import time
import unittest

import assertion
import harness
import web_token

ACCOUNT, HOST, ISSUER = "123456789012", "oidc.example.test", "https://oidc.example.test"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
KEY, CERTIFICATE = assertion.key_and_certificate()
TOKEN_KEY, TOKEN_PUBLIC = web_token.new_key()


def role(name):
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def trust(action, provider, **equals):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action}
    return {"trust": {"Statement": [statement | {"Condition": {"StringEquals": equals}}]}}


def by_saml(provider=PROVIDER):
    return trust("sts:AssumeRoleWithSAML", provider, **{"SAML:aud": "https://signin.aws.amazon.com/saml"})


def by_token(subject):
    return trust(
        "sts:AssumeRoleWithWebIdentity",
        f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}",
        **{f"{HOST}:sub": subject, f"{HOST}:aud": "sts.amazonaws.com"},
    )


class Federation(harness.Case):
    accounts = {ACCOUNT: {
        "saml": {"idp": assertion.metadata(CERTIFICATE)},
        "oidc": {ISSUER: ["sts.amazonaws.com"]},
        "roles": {"read": by_saml(), "theirs": by_saml(PROVIDER + "-2"), "build": by_token("repo:me"),
                  "other": by_token("repo:other")},
    }}

    def setUp(self):
        super().setUp()
        self.post("/_issuer", json.dumps({"url": ISSUER, "key": TOKEN_PUBLIC}))

    def response(self, *roles, ago=0, key=KEY, change=lambda text: text):
        pairs = [f"{role(name)},{PROVIDER}" for name in roles]
        text = assertion.signed(int(time.time()) - ago, pairs, key, CERTIFICATE)
        return base64.b64encode(change(text)).decode()

    def saml(self, name, response, provider=PROVIDER, **more):
        call = self.client("sts").assume_role_with_saml
        return call(RoleArn=role(name), PrincipalArn=provider, SAMLAssertion=response, **more)

    def test_responses(self):
        answer = self.saml("read", self.response("theirs", "read"))
        identity = self.client("sts", answer["Credentials"]).get_caller_identity()["Arn"]
        self.assertEqual(identity, f"arn:aws:sts::{ACCOUNT}:assumed-role/read/luke@example.com")
        other_key, _ = assertion.key_and_certificate()
        widened = lambda text: text.replace(b"role/read", b"role/theirs")
        for code, words, name, response in [
            ("InvalidIdentityToken", "signature", "read", self.response("read", key=other_key)),
            ("InvalidIdentityToken", "signature", "theirs", self.response("read", change=widened)),
            ("InvalidIdentityToken", "base64", "read", "file:///etc/passwd"),
            ("ExpiredTokenException", "5 minutes", "read", self.response("read", ago=301)),
            ("AccessDenied", "AssumeRoleWithSAML", "read", self.response("theirs")),
            ("AccessDenied", "AssumeRoleWithSAML", "theirs", self.response("theirs")),
            ("AccessDenied", "AssumeRoleWithSAML", "missing", self.response("missing")),
        ]:
            with self.subTest(code=code, name=name):
                self.refused(code, words, self.saml, name, response)
        response = self.response("read")
        self.refused("InvalidIdentityToken", "provider", self.saml, "read", response, PROVIDER + "-2")
        self.refused("ValidationError", "MaxSessionDuration", self.saml, "read", response, DurationSeconds=7200)

    def test_tokens(self):
        def assume(name, key=TOKEN_KEY, **claims):
            good = {"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": "repo:me", "exp": time.time() + 60}
            call = self.client("sts").assume_role_with_web_identity
            token = web_token.signed(good | claims, key)
            return call(RoleArn=role(name), RoleSessionName="ci", WebIdentityToken=token)

        keys = assume("build")["Credentials"]
        self.assertIn(":assumed-role/build/ci", self.client("sts", keys).get_caller_identity()["Arn"])
        other_key, _ = web_token.new_key()
        for code, words, name, more in [
            ("InvalidIdentityToken", "JWT", "build", {"key": other_key}),
            ("InvalidIdentityToken", "JWT", "build", {"iss": "https://elsewhere.test"}),
            ("InvalidIdentityToken", "audience", "build", {"aud": "other"}),
            ("ExpiredTokenException", "expired", "build", {"exp": time.time() - 1}),
            ("AccessDenied", "AssumeRoleWithWebIdentity", "other", {}),
            ("AccessDenied", "AssumeRoleWithWebIdentity", "read", {}),
        ]:
            with self.subTest(code=code, name=name, **more):
                self.refused(code, words, assume, name, **more)


if __name__ == "__main__":
    unittest.main()
