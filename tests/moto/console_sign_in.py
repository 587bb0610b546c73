"""For each line on standard input, prints the access key that botocore comes to through the console sign-in of a
profile, or the name of its error."""

import sys

import botocore.session


def key(profile):
    try:
        return botocore.session.Session(profile=profile).get_credentials().get_frozen_credentials().access_key
    except Exception as error:
        return type(error).__name__


for _ in sys.stdin:
    print(key(sys.argv[1]), flush=True)
