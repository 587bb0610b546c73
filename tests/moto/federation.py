"""AssumeRoleWithSAML and AssumeRoleWithWebIdentity as AWS judges them: who vouches, for whom, until when, for which role.

In: moto's SAML and OpenID Connect providers, and the keys of issuers, which AWS would fetch from them.
Out: sessions, or AWS's refusals. Signatures are verified by signxml and cryptography, never by the program under test.
"""

import base64
import datetime
import json

import policy
import sts
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse
from signxml import XMLVerifier
from signxml.exceptions import SignXMLException

AUDIENCE = "https://signin.aws.amazon.com/saml"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
SAML = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}
ISSUERS = {}  # the URL of an issuer to its public key, in PEM


def assume_role_with_saml(response):
    arn, provider = response._get_param("RoleArn"), response._get_param("PrincipalArn")
    assertion = vouched_for(response._get_param("SAMLAssertion"), provider)
    text = lambda path: [(found.text or "").strip() for found in assertion.iterfind(path, SAML)]
    conditions = assertion.find("saml:Conditions", SAML)
    issued = seconds(assertion.get("IssueInstant"))
    if sts.now() >= min(seconds(conditions.get("NotOnOrAfter")), issued + 300):
        raise sts.Refusal("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
    audience = text("saml:Conditions/saml:AudienceRestriction/saml:Audience")
    if AUDIENCE not in audience:
        raise sts.Refusal("InvalidIdentityToken", "Audience in SAMLAssertion does not match")
    pairs = {frozenset(part.strip() for part in pair.split(",")) for pair in text(attribute("Role"))}
    keys = {"SAML:aud": AUDIENCE, "SAML:iss": text("saml:Issuer")[0]}
    role = trusted_role(arn, "sts:AssumeRoleWithSAML", provider, keys, frozenset((arn, provider)) in pairs)
    subject = text("saml:Subject/saml:NameID")[0]
    return granted(response, role, text(attribute("RoleSessionName"))[0], {"Subject": subject, "Audience": AUDIENCE})


def attribute(name):
    return f"saml:AttributeStatement/saml:Attribute[@Name='{ATTRIBUTES}{name}']/saml:AttributeValue"


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def vouched_for(encoded, provider):
    """The assertion that the provider's certificate covers; nothing outside of the signature counts."""
    invalid = lambda why: sts.Refusal("InvalidIdentityToken", why)
    known = [saml for saml in backend(provider).list_saml_providers() if saml.arn == provider]
    if not known:
        raise invalid("Specified provider doesn't exist")
    metadata = etree.fromstring(known[0].saml_metadata_document.encode())
    certificate = metadata.find(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate").text
    try:
        document = etree.fromstring(base64.b64decode(encoded, validate=True), etree.XMLParser(resolve_entities=False))
    except (ValueError, etree.XMLSyntaxError):
        raise invalid("Invalid base64 SAMLResponse") from None
    try:
        covered = XMLVerifier().verify(document, x509_cert="".join(certificate.split())).signed_xml
    except (SignXMLException, InvalidSignature):
        raise invalid("Response signature invalid") from None
    is_assertion = covered.tag == f"{{{SAML['saml']}}}Assertion"
    return covered if is_assertion else covered.find("saml:Assertion", SAML)


def assume_role_with_web_identity(response):
    claims = claims_of(response._get_param("WebIdentityToken"))
    arn, host = response._get_param("RoleArn"), claims["iss"].removeprefix("https://")
    provider = f"arn:aws:iam::{arn.split(':')[4]}:oidc-provider/{host}"
    known = backend(arn).open_id_providers.get(provider)
    if known is None:
        raise sts.Refusal("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {claims['iss']}")
    if claims["aud"] not in known.client_id_list:
        raise sts.Refusal("InvalidIdentityToken", "Incorrect token audience")
    keys = {f"{host}:aud": claims["aud"], f"{host}:sub": claims["sub"]}
    role = trusted_role(arn, "sts:AssumeRoleWithWebIdentity", provider, keys)
    more = {"SubjectFromWebIdentityToken": claims["sub"], "Audience": claims["aud"], "Provider": provider}
    return granted(response, role, response._get_param("RoleSessionName"), more)


def claims_of(token):
    """What a JSON web token says (RFC 7519, RS256), once its issuer's signature is proved."""
    plain = lambda part: base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    try:
        header, body, signature = token.split(".")
        claims = json.loads(plain(body))
        key = serialization.load_pem_public_key(ISSUERS[claims["iss"]].encode())
        key.verify(plain(signature), f"{header}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise sts.Refusal("InvalidIdentityToken", "The ID Token provided is not a valid JWT.") from None
    if sts.now() >= claims["exp"]:
        raise sts.Refusal("ExpiredTokenException", "Token expired: current date/time must be before the expiration")
    return claims


def backend(arn):
    return iam_backends[arn.split(":")[4]]["aws"]


def trusted_role(arn, action, provider, keys, is_offered=True):
    role = next((role for role in backend(arn).get_roles() if role.arn == arn), None)
    trust = [json.loads(role.assume_role_policy_document)] if role else []
    if not is_offered or not policy.decide(trust, action, arn, {provider}, keys):
        raise sts.Refusal("AccessDenied", f"Not authorized to perform {action}", 403)
    return role


def granted(response, role, name, more):
    length = response._get_param("DurationSeconds", 3600)
    sts.check_parameters(name, length, 43200, response._get_param("Policy"))
    if length > int(role.max_session_duration):
        raise sts.Refusal("ValidationError", sts.TOO_LONG)
    account = role.arn.split(":")[4]
    arn, unique_id = f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}", f"{role.id}:{name}"
    credentials = sts.open_session(account, arn, unique_id, role, length)
    return ActionResult({"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": unique_id, "Arn": arn}, **more})


def install():
    """Replaces moto's answers with ours, for this process."""
    TokenResponse.assume_role_with_saml = assume_role_with_saml
    TokenResponse.assume_role_with_web_identity = assume_role_with_web_identity
