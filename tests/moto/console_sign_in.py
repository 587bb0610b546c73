"""For each line on standard input, prints the access key that botocore comes to through the console sign-in of a
profile, or the name of its error.

botocore signs the proofs of a sign-in with an extra that is not installed here; `cryptography` stands in for it, so that
everything else is botocore's own.
"""

import sys

import botocore.credentials
import botocore.session
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_der_private_key


class EC:
    """As far as botocore uses `awscrt.crypto.EC`."""

    def __init__(self, key):
        self.key = key

    @classmethod
    def new_key_from_der_data(cls, der):
        return cls(load_der_private_key(der, None))

    def get_public_coords(self):
        numbers = self.key.public_key().public_numbers()
        return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")

    def sign(self, digest):
        return self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))

    @staticmethod
    def decode_der_signature_to_padded_pair(signature, pad_to):
        return b"".join(number.to_bytes(pad_to, "big") for number in utils.decode_dss_signature(signature))


botocore.credentials.EC = EC


def key(profile):
    try:
        return botocore.session.Session(profile=profile).get_credentials().get_frozen_credentials().access_key
    except Exception as error:
        return type(error).__name__


for _ in sys.stdin:
    print(key(sys.argv[1]), flush=True)
