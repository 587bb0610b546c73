//! A request signed with `aws-sigv4` and sent by hand, for what the SDK will not send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use crate::fake_aws::sts::Sts;
use crate::support::client::Keys;

/// Calls an action with the given scope; `skew` seconds are added to the clock of the client.
pub fn call(sts: &Sts, keys: &Keys, scope: (&str, &str), skew: i64, body: &str) -> (u16, String) {
    let identity =
        Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test").into();
    let shift = Duration::from_secs(skew.unsigned_abs());
    let now = SystemTime::now();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .name(scope.0)
        .region(scope.1)
        .time(if skew < 0 { now - shift } else { now + shift })
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let signable = SignableRequest::new(
        "POST",
        sts.url() + "/",
        [form].into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    );
    let (instructions, _) = sign(signable.unwrap(), &parameters).unwrap().into_parts();
    let mut headers = vec![(form.0.to_owned(), form.1.to_owned())];
    headers.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
    send(sts, &headers, body)
}

/// Posts a form with the given headers, and gives status and body.
pub fn send(sts: &Sts, headers: &[(String, String)], body: &str) -> (u16, String) {
    let reply = raw(sts, headers, body);
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Posts a form with the given headers, and gives all that comes until the server closes.
pub fn raw(sts: &Sts, headers: &[(String, String)], body: &str) -> String {
    let host = sts.url().replace("http://", "");
    let mut stream = TcpStream::connect(&host).unwrap();
    let mut text = format!("POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    stream
        .write_all(format!("{text}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
        .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}
