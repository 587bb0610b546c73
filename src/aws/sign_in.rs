//! The federation endpoint of AWS Sign-In: a session goes in, the address that signs in to the
//! console comes out.
//!
//! The keys travel in the body of a POST over https, never in an address. (IAM user guide, "Enable
//! custom identity broker access to the AWS console".)

use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::client::Client;
use super::endpoint::sign_in_of;
use super::error::{AwsError, FailureKind};
use super::http::encoded;
use super::sts::checked_token;
use crate::error::Result;
use crate::plan::{Overrides, Service};
use crate::types::{Credentials, Partition, Region, Secret};

/// The longest token accepted, in bytes. A real one has about 1,000.
const LONGEST_TOKEN: usize = 16 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    base: String,
    console: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    signin_token: Zeroizing<String>,
}

impl SignIn {
    /// The partition's own, or where the user configured it to be.
    pub(crate) fn resolve(partition: Partition, overrides: &Overrides) -> Result<Self> {
        let (base, console) = sign_in_of(partition, overrides)?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), console })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A token for the keys of a session, good for 15 minutes. `seconds` is how long the console
    /// session lasts; without it, as long as the keys.
    pub(crate) async fn token(
        &self,
        client: &Client,
        keys: &Credentials,
        seconds: Option<u32>,
    ) -> std::result::Result<Secret, AwsError> {
        let session = json!({
            "sessionId": keys.id,
            "sessionKey": keys.secret.expose(),
            "sessionToken": keys.token.as_ref().map(Secret::expose),
        });
        let session = Zeroizing::new(session.to_string());
        let length =
            seconds.map(|seconds| format!("&SessionDuration={seconds}")).unwrap_or_default();
        let body =
            Zeroizing::new(format!("Action=getSigninToken{length}&Session={}", encoded(&session)));
        let request = http::Request::post(format!("{}/federation", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(SdkBody::from(body.as_str()));
        client.tell(Service::SIGN_IN);
        let (reply, _) = client.send(request, client.whole).await?;
        match reply.status {
            200 => token_in(&reply.body),
            400..500 => Err(AwsError::of(FailureKind::Answer {
                code: reply.status.to_string(),
                message: String::new(),
            })),
            status => Err(AwsError::of(FailureKind::NotAws(status))),
        }
    }

    /// The address that signs in and shows a page of the console. `logs_out` ends a session that
    /// the browser has: the console else asks the user to do that first.
    pub(crate) fn address(&self, token: &Secret, page: &str, logs_out: bool) -> Secret {
        let destination = encoded(&format!("{}/{page}", self.console));
        let token = Zeroizing::new(encoded(token.expose()));
        let login = Zeroizing::new(format!(
            "{}/federation?Action=login&Destination={destination}&SigninToken={}",
            self.base, *token
        ));
        match logs_out {
            true => Secret::new(format!(
                "{}/oauth?Action=logout&redirect_uri={}",
                self.base,
                encoded(&login)
            )),
            false => Secret::new(login.as_str().to_owned()),
        }
    }
}

/// The page of a path (`s3/home`, `ec2/home#Volumes:`) in a region; the console's own start without
/// a path.
pub(crate) fn page(path: Option<&str>, region: Option<&Region>) -> String {
    let path = path.unwrap_or("console/home");
    let (path, fragment) = path.split_at(path.find('#').unwrap_or(path.len()));
    let region = region.map(|region| format!("?region={region}")).unwrap_or_default();
    format!("{path}{region}{fragment}")
}

fn token_in(body: &[u8]) -> std::result::Result<Secret, AwsError> {
    let reply: Reply =
        serde_json::from_slice(body).map_err(|_| AwsError::malformed("SigninToken"))?;
    checked_token(&reply.signin_token, LONGEST_TOKEN, "SigninToken")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(partition: &str) -> SignIn {
        SignIn::resolve(Partition::parse(partition).unwrap(), &Overrides::default()).unwrap()
    }

    #[test]
    fn each_partition_has_its_own_console() {
        let token = Secret::new("a+b/c=".to_owned());
        for (partition, login, console) in [
            ("aws", "us-east-1.signin.aws.amazon.com", "console.aws.amazon.com"),
            ("aws-us-gov", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
            ("aws-cn", "signin.amazonaws.cn", "console.amazonaws.cn"),
        ] {
            let address = of(partition).address(&token, "s3", false);
            let address = address.expose();
            let begins = format!("https://{login}/federation?Action=login&Destination=");
            let begins = format!("{begins}https%3A%2F%2F{console}%2Fs3&");
            assert!(address.starts_with(&begins), "{address}");
            assert!(address.ends_with("&SigninToken=a%2Bb%2Fc%3D"), "{address}");
        }
    }

    #[test]
    fn a_token_is_text_without_controls() {
        assert_eq!(token_in(br#"{"SigninToken": "abc"}"#).unwrap().expose(), "abc");
        for wrong in
            [&b""[..], b"<html>", b"{}", br#"{"SigninToken": ""}"#, br#"{"SigninToken": "a\n"}"#]
        {
            assert!(token_in(wrong).is_err());
        }
    }

    #[test]
    fn a_log_out_carries_the_whole_login() {
        let address = of("aws").address(&Secret::new("a=".to_owned()), "x", true);
        assert_eq!(
            address.expose(),
            "https://us-east-1.signin.aws.amazon.com/oauth?Action=logout&redirect_uri=https%3A%2F%2Fus-east-1.signin.aws.\
             amazon.com%2Ffederation%3FAction%3Dlogin%26Destination%3Dhttps%253A%252F%252Fconsole.aws.amazon.com%252Fx%26\
             SigninToken%3Da%253D"
        );
    }

    #[test]
    fn a_page_has_its_region_before_its_fragment() {
        let region = Region::parse("a test", "eu-west-1").unwrap();
        assert_eq!(page(None, None), "console/home");
        assert_eq!(page(Some("s3/home"), Some(&region)), "s3/home?region=eu-west-1");
        assert_eq!(
            page(Some("ec2/home#Volumes:"), Some(&region)),
            "ec2/home?region=eu-west-1#Volumes:"
        );
    }
}
