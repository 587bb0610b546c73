"""moto_server with AWS's rules in it: a second opinion on what this program asks of STS, IAM and S3.

    python server.py            prints the port it listens on (loopback) and serves until standard input ends
    GET  /_hits                 {"AssumeRole": 2, ...}: how often each action was asked
    POST /_clock  3600          the server's clock is that many seconds ahead
    POST /_issuer {...}         {"url": U, "key": PEM}: the key that an issuer of web identity tokens signs with
    POST /_fault  {...}         the next request goes wrong: {"kind": "error", "code": C, "message": M, "status": 400},
                                or "kind": "delay" (with "seconds"), "hang", "close", "garbage", "truncate";
                                "action" waits for that action, "times" repeats it
"""

import io
import json
import re
import socket
import sys
import threading
import time
import urllib.parse
from collections import Counter
from email.utils import formatdate
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

import federation
import sts

SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request, *SignedHeaders=([^,]+), *Signature=(\w+)")
MOTO = DomainDispatcherApplication(create_backend_app)
HITS = Counter()
FAULTS = []


def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    if environ["PATH_INFO"].startswith("/_"):
        answer = json.dumps(control(environ["PATH_INFO"], body)).encode()
        start_response("200 OK", headers([("Content-Type", "application/json")], answer))
        return [answer]
    action = urllib.parse.parse_qs(body.decode("utf-8", "replace")).get("Action", [environ["REQUEST_METHOD"]])[0]
    HITS[action] += 1
    fault = take_fault(action)
    head = []
    try:
        if fault["kind"] == "error":
            raise sts.Refusal(fault["code"], fault["message"], fault.get("status", 400))
        authenticate(environ, body)
        answer = b"".join(MOTO(environ, lambda *seen: head.extend(seen)))
    except sts.Refusal as refusal:
        head = [f"{refusal.status} {refusal.code}", [("Content-Type", "text/xml")]]
        answer = render(refusal, environ.get("service"))
    return spoil(fault, environ, answer, lambda: start_response(head[0], headers(head[1], answer)))


def headers(given, answer):
    """The length of the whole answer, and this server's own clock, which clients measure their skew against."""
    kept = [pair for pair in given if pair[0].lower() not in ("date", "content-length")]
    return [*kept, ("Content-Length", str(len(answer))), ("Date", formatdate(sts.now(), usegmt=True))]


def control(path, body):
    if path == "/_clock":
        sts.CLOCK["ahead"] = float(body)
    elif path == "/_issuer":
        issuer = json.loads(body)
        federation.ISSUERS[issuer["url"]] = issuer["key"]
    elif path == "/_fault":
        FAULTS.append(json.loads(body))
    return HITS if path == "/_hits" else {}


def take_fault(action):
    for fault in FAULTS:
        if fault.get("action", action) == action:
            fault["times"] = fault.get("times", 1) - 1
            if fault["times"] <= 0:
                FAULTS.remove(fault)
            return fault
    return {"kind": "none"}


def spoil(fault, environ, answer, start):
    """The answer is whole here; how much of it the client sees, and when, is the fault's affair."""
    if fault["kind"] == "delay":
        time.sleep(fault["seconds"])
    elif fault["kind"] == "hang":
        threading.Event().wait()
    elif fault["kind"] == "close":
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    elif fault["kind"] == "garbage":
        answer = b"<html>not what you asked for" + b"\xff" * (len(answer) - 28)
    start()
    if fault["kind"] == "truncate":
        yield answer[: len(answer) // 2]
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    else:
        yield answer


def authenticate(environ, body):
    """Finds the caller and checks the signature over the bytes that came in, with botocore's own SigV4."""
    found = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not found:
        return
    key_id, region, environ["service"], names, signature = found.groups()
    if key_id == sts.FIXTURES:
        environ["caller"] = sts.FIXTURES
        return
    caller = environ["caller"] = sts.find_caller(key_id, environ.get("HTTP_X_AMZ_SECURITY_TOKEN"))
    kind = S3SigV4Auth if environ["service"] == "s3" else SigV4Auth
    auth = kind(Credentials(key_id, caller.secret, caller.token), environ["service"], region)
    signed = {name: header(environ, name) for name in names.split(";")}
    url = f"http://{environ['HTTP_HOST']}{environ['RAW_URI']}"
    request = AWSRequest(environ["REQUEST_METHOD"], url, signed, body)
    request.context["timestamp"] = environ.get("HTTP_X_AMZ_DATE", "")
    if auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request) != signature:
        message = "The request signature we calculated does not match the signature you provided."
        raise sts.Refusal("SignatureDoesNotMatch", message, 403)


def header(environ, name):
    """WSGI renames all headers, these two even more."""
    name = name.upper().replace("-", "_")
    return environ.get(name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + name, "")


def render(refusal, service):
    error = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
    if service == "s3":
        return f"<Error>{error}<RequestId>0</RequestId></Error>".encode()
    kind = "Sender" if refusal.status < 500 else "Receiver"
    return f"<ErrorResponse><Error><Type>{kind}</Type>{error}</Error><RequestId>0</RequestId></ErrorResponse>".encode()


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def main():
    sts.install()
    federation.install()
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
