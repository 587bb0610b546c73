"""Prints, for each profile named on the command line, who boto3 takes it for: one JSON object of name and ARN.

What boto3 says in refusal stands in place of the ARN. Files and endpoints are the environment's affair.
"""

import json
import sys

import boto3


def identity(name):
    try:
        return boto3.Session(profile_name=name).client("sts").get_caller_identity()["Arn"]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


print(json.dumps({name: identity(name) for name in sys.argv[1:]}))
