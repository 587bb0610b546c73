"""For each line on standard input, prints the access key that botocore comes to by a profile that signs on, or the
name of its error."""

import sys

import botocore.session


# The models of the services are read once.
LOADER = botocore.session.Session().get_component("data_loader")


def key(profile):
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", LOADER)
    try:
        return session.get_credentials().get_frozen_credentials().access_key
    except Exception as error:
        return type(error).__name__


for _ in sys.stdin:
    print(key(sys.argv[1]), flush=True)
