"""A web identity token as an OpenID Connect provider makes it: a JSON web token with an RSA signature.

    python web_token.py ISSUER AUDIENCE SUBJECT ISSUED [SECONDS]
                                prints {"token": ..., "key": PEM of the issuer's public key}; it is good for an hour,
                                or as many seconds as are given. ISSUED is in seconds since 1970.
"""

import base64
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def signed(claims, key):
    part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    text = ".".join(part(json.dumps(said).encode()) for said in ({"alg": "RS256", "typ": "JWT"}, claims))
    return f"{text}.{part(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def new_key():
    """A key, and its public half in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key, key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


def main():
    issuer, audience, subject, issued, *more = sys.argv[1:]
    ends = int(issued) + int(more[0] if more else 3600)
    key, public = new_key()
    claims = {"iss": issuer, "aud": audience, "sub": subject, "iat": int(issued), "exp": ends}
    json.dump({"token": signed(claims, key), "key": public}, sys.stdout)


if __name__ == "__main__":
    main()
