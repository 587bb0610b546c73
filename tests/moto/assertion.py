"""A SAML response as a real identity provider makes it, with a signed assertion.

    python assertion.py ISSUED ROLE,PROVIDER [ROLE,PROVIDER ...]
                                prints {"response": base64, "roles": [...], "metadata": XML}; the roles are those that
                                signxml finds below the signature after it has verified it. ISSUED is in seconds since
                                1970; the metadata is what an administrator gives to AWS.
    python assertion.py --key DIRECTORY
                                writes key.pem and certificate.pem there, for a provider that signs by itself
"""

import base64
import datetime
import json
import pathlib
import sys
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner, XMLVerifier

ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_{id}r" Version="2.0"
    IssueInstant="{issued}" Destination="https://signin.aws.amazon.com/saml">
  <saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example.test/metadata</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
</samlp:Response>"""
ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{id}" Version="2.0"
    IssueInstant="{issued}">
  <saml:Issuer>https://idp.example.test/metadata</saml:Issuer>
  <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>
  <saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">luke</saml:NameID>
    <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
      <saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="https://signin.aws.amazon.com/saml"/>
    </saml:SubjectConfirmation></saml:Subject>
  <saml:Conditions NotBefore="{issued}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>
    <saml:Audience>https://signin.aws.amazon.com/saml</saml:Audience></saml:AudienceRestriction></saml:Conditions>
  <saml:AttributeStatement>
    <saml:Attribute Name="{attributes}RoleSessionName"><saml:AttributeValue>luke@example.com</saml:AttributeValue>
    </saml:Attribute>
    <saml:Attribute Name="{attributes}Role">{roles}</saml:Attribute>
  </saml:AttributeStatement>
</saml:Assertion>"""


METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.test/metadata">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.test/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""


def key_and_certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.PEM).decode()


def metadata(certificate):
    """How a provider is made known: its certificate in a document."""
    return METADATA.format(certificate="".join(certificate.strip().splitlines()[1:-1]))


def signed(issued, pairs, key, certificate):
    """The response as bytes of XML."""
    spell = lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    words = {
        "id": uuid.uuid4().hex,
        "issued": spell(issued),
        "ends": spell(issued + 300),
        "attributes": ATTRIBUTES,
        "roles": "".join(f"<saml:AttributeValue>{pair}</saml:AttributeValue>" for pair in pairs),
    }
    assertion = etree.fromstring(ASSERTION.format(**words))
    # Exclusive, so that the signature holds inside of the response too (SAML core, section 5.4.3).
    signer = XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    assertion = signer.sign(assertion, key=key, cert=certificate, reference_uri="_" + words["id"])
    response = etree.fromstring(RESPONSE.format(**words))
    response.append(assertion)
    return etree.tostring(response, xml_declaration=True, encoding="UTF-8")


def main():
    key, certificate = key_and_certificate()
    if sys.argv[1] == "--key":
        kinds = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        directory = pathlib.Path(sys.argv[2])
        (directory / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *kinds))
        (directory / "certificate.pem").write_text(certificate)
        return
    text = signed(int(sys.argv[1]), sys.argv[2:], key, certificate)
    vouched = XMLVerifier().verify(etree.fromstring(text), x509_cert=certificate).signed_xml
    values = vouched.iterfind(f".//*[@Name='{ATTRIBUTES}Role']/*")
    made = {"response": base64.b64encode(text).decode(), "roles": [value.text for value in values]}
    json.dump(made | {"metadata": metadata(certificate)}, sys.stdout)


if __name__ == "__main__":
    main()
