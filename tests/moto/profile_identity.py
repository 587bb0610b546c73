"""Prints, for each profile named on the command line, who boto3 takes it for, or the AWS CLI of this Python with
`--cli` in front: one JSON object of name and ARN.

What is said in refusal stands in place of the ARN. Files and endpoints are the environment's affair.
"""

import contextlib
import io
import json
import sys

import boto3


def by_boto3(name):
    return boto3.Session(profile_name=name).client("sts").get_caller_identity()["Arn"]


def by_cli(name):
    """The whole of the CLI for each profile, without a process for each."""
    from awscli.clidriver import create_clidriver

    words = ["sts", "get-caller-identity", "--output", "text", "--query", "Arn", "--profile", name]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = create_clidriver().main(words)
    return said.getvalue().strip() if status == 0 else f"status {status}"


def identity(ask, name):
    try:
        return ask(name)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


names = sys.argv[1:]
ask = by_cli if names[0] == "--cli" else by_boto3
print(json.dumps({name: identity(ask, name) for name in names if name != "--cli"}))
