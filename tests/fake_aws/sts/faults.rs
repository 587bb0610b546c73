//! Faults on request: what is to go wrong with the next call of an action.
//!
//! Some replace the answer, and the call then changes nothing. The others spoil the answer of a
//! call that took effect: keys were made and a code was used up, which is the harder case for a
//! client.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;

use super::gate::Gate;

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Replaces the answer: an error of any status, code and message.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
    /// Replaces the answer: any status, type and text.
    Body {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`.
        content_type: String,
        /// The body.
        text: String,
    },
    /// Replaces the answer: a redirect.
    Redirect {
        /// 301, 302 or 307.
        status: u16,
        /// Where to.
        to: String,
    },
    /// Spoils the answer: it comes late.
    Delay(Duration),
    /// Spoils the answer: it never comes, the connection stays open.
    Hang,
    /// Spoils the answer: the connection is closed instead.
    Close,
    /// Spoils the answer: the connection is closed after so many bytes of it, head included.
    CutAfter(usize),
    /// Answers in full, ends the connection, and waits until the client has noticed and closed its
    /// side.
    Farewell,
    /// Spoils the answer: another `Date` header.
    Date(String),
    /// Adds a header to the answer.
    Header(String, String),
    /// Spoils the answer: another text in the first element of that name.
    Replace {
        /// The element: `AccessKeyId`, `Arn`, `Expiration`…
        field: String,
        /// Its text, escaped on the way out.
        text: String,
    },
    /// Spoils the answer: so many bytes more before its end.
    Huge(usize),
    /// Spoils the answer: it comes byte by byte, so long apart.
    Slow(Duration),
    /// Spoils the answer: headers without end.
    EndlessHead,
    /// Holds the answer back until the gate is released.
    Pause(Gate),
}

impl Fault {
    /// AWS throttles.
    pub fn throttle() -> Self {
        Self::Error {
            status: 400,
            code: "Throttling".to_owned(),
            message: "Rate exceeded".to_owned(),
        }
    }

    /// AWS is broken.
    pub fn internal() -> Self {
        let message = "We encountered an internal error. Please try again.".to_owned();
        Self::Error { status: 500, code: "InternalFailure".to_owned(), message }
    }

    /// Any error of AWS.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Error { status, code: code.to_owned(), message: message.to_owned() }
    }

    /// A success that is no XML.
    pub fn garbage() -> Self {
        Self::Body {
            status: 200,
            content_type: "text/xml".to_owned(),
            text: "\u{1}<not &xml".to_owned(),
        }
    }

    /// A success that is well-formed, but holds nothing.
    pub fn empty() -> Self {
        Self::Body { status: 200, content_type: "text/xml".to_owned(), text: "<Empty/>".to_owned() }
    }

    /// The log-in page of a hotel.
    pub fn portal() -> Self {
        let text = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Accept our terms<br></body></html>";
        Self::Body { status: 200, content_type: "text/html".to_owned(), text: text.to_owned() }
    }

    /// Another text in a field of the answer.
    pub fn replace(field: &str, text: &str) -> Self {
        Self::Replace { field: field.to_owned(), text: text.to_owned() }
    }
}

/// The faults to come, by action.
#[derive(Default)]
pub struct Queue {
    once: HashMap<String, VecDeque<Fault>>,
    always: HashMap<String, Fault>,
}

impl Queue {
    /// Adds a fault for the next call of `action` that has none yet.
    pub fn add(&mut self, action: &str, fault: Fault) {
        self.once.entry(action.to_owned()).or_default().push_back(fault);
    }

    /// Sets the fault of every call of `action` for which none is queued; `None` ends it.
    pub fn set(&mut self, action: &str, fault: Option<Fault>) {
        match fault {
            Some(fault) => self.always.insert(action.to_owned(), fault),
            None => self.always.remove(action),
        };
    }

    /// The fault of this call.
    pub fn take(&mut self, action: &str) -> Option<Fault> {
        self.once
            .get_mut(action)
            .and_then(VecDeque::pop_front)
            .or_else(|| self.always.get(action).cloned())
    }
}
