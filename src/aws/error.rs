//! What went wrong in a call, without the SDK's types: their `Debug` prints the raw reply, keys
//! included.

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    Answer {
        /// AWS's error code: `AccessDenied`.
        code: String,
        message: String,
    },
    /// No connection: the host is not known, refuses, or its certificate is not trusted.
    Connect(String),
    Timeout,
    /// An answer that is not one of AWS, with its HTTP status.
    NotAws(u16),
    /// An answer of AWS with a field that cannot be right.
    Malformed(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AwsError {
    pub trouble: FailureKind,
    pub request_id: Option<String>,
}

impl AwsError {
    pub(crate) fn malformed(field: &str) -> Self {
        Self { trouble: FailureKind::Malformed(field.to_owned()), request_id: None }
    }

    /// A failure without a reply.
    pub(crate) fn of(trouble: FailureKind) -> Self {
        Self { trouble, request_id: None }
    }

    pub(crate) fn code(&self) -> &str {
        match &self.trouble {
            FailureKind::Answer { code, .. } => code,
            _ => "",
        }
    }

    /// Whether AWS refused the time of the signature and nothing else: one of the two clocks is
    /// off.
    pub(crate) fn is_about_time(&self) -> bool {
        let says = |phrase: &str| self.words().contains(phrase);
        match self.code() {
            "RequestExpired" | "RequestTimeTooSkewed" => true,
            "SignatureDoesNotMatch" | "InvalidSignatureException" => {
                says("earlier than") || says("later than") || says("not yet current")
            }
            _ => false,
        }
    }

    pub(crate) fn is_denial(&self) -> bool {
        matches!(self.code(), "AccessDenied" | "AccessDeniedException")
    }

    pub(crate) fn words(&self) -> &str {
        match &self.trouble {
            FailureKind::Answer { message, .. } => message,
            _ => "",
        }
    }
}

impl<E: ProvideErrorMetadata> From<SdkError<E, HttpResponse>> for AwsError {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let status = error.raw_response().map_or(0, |reply| reply.status().as_u16());
        let request_id = error
            .raw_response()
            .and_then(|reply| reply.headers().get("x-amzn-requestid"))
            .filter(|id| id.len() <= 64)
            .map(str::to_owned);
        let trouble = match &error {
            SdkError::ServiceError(answer) => match answer.err().code() {
                Some(code) => FailureKind::Answer {
                    code: code.to_owned(),
                    message: answer.err().message().unwrap_or_default().to_owned(),
                },
                None => FailureKind::NotAws(status),
            },
            SdkError::TimeoutError(_) => FailureKind::Timeout,
            SdkError::DispatchFailure(failure) => {
                failure.as_connector_error().map_or(FailureKind::Timeout, connector_trouble)
            }
            _ => FailureKind::NotAws(status),
        };
        Self { trouble, request_id }
    }
}

/// A connection that failed, by the innermost reason: it names the refused port, the unknown host,
/// the certificate.
pub(super) fn connector_trouble(error: &ConnectorError) -> FailureKind {
    if error.is_timeout() {
        return FailureKind::Timeout;
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    FailureKind::Connect(innermost.to_string())
}
