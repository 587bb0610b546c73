"""Makes the accounts of a test in the server: users with keys and MFA devices, groups, roles, buckets.

    python fixtures.py URL < accounts.json

In: {"123456789012": {"groups": {NAME: POLICY}, "users": {NAME: {"mfa": true, "groups": [..], "policy": POLICY}},
"roles": {NAME: {"trust": POLICY, "policy": POLICY, "max": 3600, "path": "/"}}, "buckets": [..], "saml": {NAME: METADATA},
"oidc": {URL: [CLIENT, ..]}}}, all of it optional.
Out: {"123456789012": {NAME: {"id", "secret", "serial", "seed"}}} for each user, on standard output.
A role that is there already gets the new trust policy and duration, which is how a test edits one.
"""

import json
import sys

import boto3


def client(service, url, account):
    """Signs as the one who builds the accounts, and tells moto which account is meant."""
    made = boto3.client(
        service, "us-east-1", endpoint_url=url, aws_access_key_id="FIXTURES", aws_secret_access_key="unchecked"
    )
    tell = lambda request, **_: request.headers.add_header("x-moto-account-id", account)
    made.meta.events.register("before-sign", tell)
    return made


def text(policy):
    """The version is always the same; AWS takes a policy without one, moto does not."""
    return json.dumps({"Version": "2012-10-17", **policy})


def make_account(url, account, wanted):
    iam = client("iam", url, account)
    for name, policy in wanted.get("groups", {}).items():
        iam.create_group(GroupName=name)
        iam.put_group_policy(GroupName=name, PolicyName=name, PolicyDocument=text(policy))
    for name, role in wanted.get("roles", {}).items():
        make_role(iam, name, role)
    for name, metadata in wanted.get("saml", {}).items():
        iam.create_saml_provider(Name=name, SAMLMetadataDocument=metadata)
    for url, clients in wanted.get("oidc", {}).items():
        iam.create_open_id_connect_provider(Url=url, ClientIDList=clients, ThumbprintList=["0" * 40])
    for name in wanted.get("buckets", []):
        client("s3", url, account).create_bucket(Bucket=name)
    return {name: make_user(iam, name, user) for name, user in wanted.get("users", {}).items()}


def make_user(iam, name, user):
    iam.create_user(UserName=name)
    for group in user.get("groups", []):
        iam.add_user_to_group(GroupName=group, UserName=name)
    if "policy" in user:
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=text(user["policy"]))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    made = {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    if user.get("mfa"):
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        serial = device["SerialNumber"]
        codes = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, **codes)
        made |= {"serial": serial, "seed": device["Base32StringSeed"].decode()}
    return made


def make_role(iam, name, role):
    trust, longest = text(role["trust"]), role.get("max", 3600)
    try:
        iam.create_role(
            RoleName=name, Path=role.get("path", "/"), AssumeRolePolicyDocument=trust, MaxSessionDuration=longest
        )
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        iam.update_role(RoleName=name, MaxSessionDuration=longest)
    if "policy" in role:
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=text(role["policy"]))


if __name__ == "__main__":
    accounts = json.load(sys.stdin)
    print(json.dumps({account: make_account(sys.argv[1], account, wanted) for account, wanted in accounts.items()}))
