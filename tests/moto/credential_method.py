"""Prints how botocore comes by the credentials of each profile named on the command line, and for which account: one
JSON object of name and both."""

import json
import sys

import botocore.session


def how(name):
    credentials = botocore.session.Session(profile=name).get_credentials()
    return [credentials.method, credentials.get_frozen_credentials().account_id]


print(json.dumps({name: how(name) for name in sys.argv[1:]}))
