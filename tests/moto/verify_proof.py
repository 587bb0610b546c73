"""Verifies the proof of a console sign-in (a JWT, RFC 9449) with `cryptography`, and prints its claims as JSON."""

import base64
import json
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


header, payload, signature = sys.argv[1].split(".")
claims, jwk = json.loads(decode(payload)), json.loads(decode(header))["jwk"]
x, y = (int.from_bytes(decode(jwk[name]), "big") for name in "xy")
raw = decode(signature)
assert len(raw) == 64, "not the plain form of a signature"
numbers = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
key.verify(utils.encode_dss_signature(*numbers), f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
print(json.dumps(claims))
