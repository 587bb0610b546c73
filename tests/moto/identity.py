"""Prints who boto3 takes the environment for: the GetCallerIdentity answer as one line of JSON, plus the region.

A refusal goes to standard error as `CODE: MESSAGE`, with status 1. The endpoint is the environment's affair.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

try:
    session = boto3.Session()
    answer = session.client("sts").get_caller_identity()
except ClientError as error:
    sys.exit(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")
print(json.dumps({name: answer[name] for name in ("Account", "Arn", "UserId")} | {"Region": session.region_name}))
