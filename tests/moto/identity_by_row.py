"""Reads a JSON list of rows from standard input, each with an environment and a profile (or null), and prints for each
who botocore is there: its ARN, or what it says in refusal. One JSON list comes out.

A question for a code is answered from the row's environment.
"""

import getpass
import json
import os
import sys

getpass.getpass = lambda prompt: os.environ.get("CODE", "")

import botocore.credentials  # noqa: E402  (it takes getpass when it is loaded)
import botocore.session  # noqa: E402
import botocore.tokens  # noqa: E402

# Data of botocore's own, which is the same for all rows.
LOADER = botocore.session.Session().get_component("data_loader")


def identity(row):
    os.environ.clear()
    os.environ.update(row["environment"])
    # What it fixes when it is loaded, and what it would remember from row to row.
    cache = os.path.expanduser("~/.aws/sso/cache")
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    try:
        session = botocore.session.Session(profile=row["profile"])
        session.register_component("data_loader", LOADER)
        return session.create_client("sts").get_caller_identity()["Arn"]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


print(json.dumps([identity(row) for row in json.load(sys.stdin)]))
