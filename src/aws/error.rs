//! What went wrong in a call, without the raw reply: it may hold keys.

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
