"""Puts AWS's rules into moto, which by itself gives anybody any role.

In: moto's own users, groups, roles, inline policies and virtual MFA devices, all of the partition `aws`.
Out: sessions that end; AssumeRole and GetSessionToken that check MFA codes, trust, ExternalId and durations; every
action of every service judged by identity policies. It never judges the time of a signature, so that a test can move
this clock and leave the client's alone.
"""

import base64
import datetime
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass

import flask
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import ActionResult
from moto.iam.models import get_account_id_from, iam_backends
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

import policy

FIXTURES = "FIXTURES"  # the access key id that may do everything: it builds the accounts
UNSIGNED = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}  # nobody's keys; judged in federation.py
OPEN = {"sts:GetCallerIdentity", "sts:GetSessionToken", "sts:AssumeRole"}  # judged below, or by nobody
SESSIONS = {}
SPENT_CODES = set()
CLOCK = {"ahead": 0}

CHAINED = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
BAD_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."
BAD_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)


class Refusal(Exception):
    """An answer of AWS that is not a result."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class Caller:
    """Who signed a request: a user's long-lived keys (`expires` None), or a session of a user or of a role."""

    account: str
    arn: str
    unique_id: str
    owner: object
    secret: str
    token: str | None = None
    expires: float | None = None
    mfa_at: float | None = None

    @property
    def is_role(self):
        return self.arn != self.owner.arn

    def policies(self):
        groups = [] if self.is_role else iam_backends[self.account]["aws"].get_groups_for_user(self.owner.name)
        return [json.loads(text) for holder in (self.owner, *groups) for text in holder.policies.values()]

    def mfa_keys(self):
        """The condition keys exist for temporary keys of a user only."""
        if self.expires is None or self.is_role:
            return {}
        if self.mfa_at is None:
            return {"aws:MultiFactorAuthPresent": "false"}
        return {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": str(now() - self.mfa_at)}


def now():
    return time.time() + CLOCK["ahead"]


def find_caller(key_id, token):
    """The owner of a key, or AWS's words for a key that is unknown or past its end."""
    invalid = Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    if caller := SESSIONS.get(key_id):
        if token != caller.token:
            raise invalid
        if now() >= caller.expires:
            raise Refusal("ExpiredToken", "The security token included in the request is expired", 403)
        return caller
    account = get_account_id_from(key_id)
    user = iam_backends[account]["aws"].get_user_from_access_key_id(key_id)
    if user is None or token is not None:
        raise invalid
    return Caller(account, user.arn, user.id, user, user.get_access_key_by_id(key_id).secret_access_key)


def open_session(account, arn, unique_id, owner, seconds, mfa_at=None):
    """New temporary keys, as the Credentials element that hands them out."""
    key = iam_backends[account]["aws"].create_temp_access_key()
    secret, token, expires = key.secret_access_key, random_session_token(), int(now()) + seconds
    SESSIONS[key.access_key_id] = Caller(account, arn, unique_id, owner, secret, token, expires, mfa_at)
    return {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": datetime.datetime.fromtimestamp(expires, datetime.timezone.utc),
    }


def spend_code(caller, serial, code):
    """Takes a TOTP code (RFC 6238, one step either way) out of use. True when one was given, False without."""
    if serial is None and code is None:
        return False
    device = iam_backends[caller.account]["aws"].virtual_mfa_devices.get(serial)
    if device is None or caller.expires is not None or serial not in caller.owner.mfa_devices:
        raise Refusal("AccessDenied", BAD_DEVICE, 403)
    step = int(now()) // 30
    for candidate in (step, step - 1, step + 1):
        if totp(device.base32_string_seed, candidate) == code and (serial, candidate) not in SPENT_CODES:
            SPENT_CODES.add((serial, candidate))
            return True
    raise Refusal("AccessDenied", BAD_CODE, 403)


def totp(seed, step):
    digest = hmac.new(base64.b32decode(seed), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def authorize(response, _request_class, resource="*"):
    """moto's hook before each action of each service: identity policies decide, as they do at AWS."""
    caller, service = flask.request.environ.get("caller"), flask.request.environ.get("service")
    if caller == FIXTURES or caller is None and response._get_action() in UNSIGNED:
        return
    if caller is None:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    if service == "iam" and not caller.is_role:
        resource = caller.arn
        if "UserName" not in response.querystring:
            response.querystring["UserName"] = [caller.owner.name]
            response.params["UserName"] = caller.owner.name
    action = f"{service}:{response._get_action()}"
    if action not in OPEN and not policy.decide(caller.policies(), action, resource):
        raise denial(caller, action, resource)


def denial(caller, action, resource):
    message = f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource}"
    return Refusal("AccessDenied", message, 403)


def assume_role(response):
    caller, arn = flask.request.environ["caller"], response._get_param("RoleArn")
    name, seconds = response._get_param("RoleSessionName"), response._get_param("DurationSeconds", 3600)
    check_parameters(name, seconds, 43200, response._get_param("Policy"))
    account = arn.split(":")[4]
    role = next((role for role in iam_backends[account]["aws"].get_roles() if role.arn == arn), None)
    if role and seconds > int(role.max_session_duration):
        raise Refusal("ValidationError", TOO_LONG)
    if caller.expires is not None and seconds > 3600:
        raise Refusal("ValidationError", CHAINED)
    keys = {"aws:SecureTransport": "true", "sts:RoleSessionName": name, **caller.mfa_keys()}
    if spend_code(caller, response._get_param("SerialNumber"), response._get_param("TokenCode")):
        keys |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    if external_id := response._get_param("ExternalId"):
        keys["sts:ExternalId"] = external_id
    if role is None or not may_assume(caller, role, account, keys):
        raise denial(caller, "sts:AssumeRole", arn)
    session_arn, unique_id = f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}", f"{role.id}:{name}"
    credentials = open_session(account, session_arn, unique_id, role, seconds)
    return ActionResult({
        "Credentials": credentials,
        "AssumedRoleUser": {"AssumedRoleId": unique_id, "Arn": session_arn},
    })


def may_assume(caller, role, account, keys):
    """Trust that names the caller itself is enough within one account; else its own policies must allow it too."""
    trust, itself = [json.loads(role.assume_role_policy_document)], {caller.arn, caller.owner.arn}
    anyone = itself | {"*", caller.account, f"arn:aws:iam::{caller.account}:root"}
    own = policy.decide(caller.policies(), "sts:AssumeRole", role.arn, keys=keys)
    trusted = policy.decide(trust, "sts:AssumeRole", role.arn, anyone, keys)
    named = caller.account == account and policy.decide(trust, "sts:AssumeRole", role.arn, itself, keys)
    return bool(trusted and own is not False and (own or named))


def check_parameters(name, seconds, longest, document=None):
    wrong = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint"
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII):
        raise Refusal("ValidationError", wrong.format(name, "roleSessionName"))
    if not 900 <= seconds <= longest:
        raise Refusal("ValidationError", wrong.format(seconds, "durationSeconds"))
    try:
        document is None or policy.listed(json.loads(document)["Statement"])
    except (ValueError, KeyError, TypeError):
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.") from None


def get_session_token(response):
    caller, seconds = flask.request.environ["caller"], response._get_param("DurationSeconds", 43200)
    if caller.expires is not None:
        raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    check_parameters("session", seconds, 129600)
    given = spend_code(caller, response._get_param("SerialNumber"), response._get_param("TokenCode"))
    mfa_at = now() if given else None
    return ActionResult({
        "Credentials": open_session(caller.account, caller.arn, caller.unique_id, caller.owner, seconds, mfa_at)
    })


def get_caller_identity(response):
    caller = flask.request.environ["caller"]
    return ActionResult({"UserId": caller.unique_id, "Account": caller.account, "Arn": caller.arn})


def install():
    """Replaces moto's answers with ours, for this process."""
    ActionAuthenticatorMixin._authenticate_and_authorize_action = authorize
    TokenResponse.assume_role = assume_role
    TokenResponse.get_session_token = get_session_token
    TokenResponse.get_caller_identity = get_caller_identity
