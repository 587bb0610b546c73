//! From a request to the reply that is sent, with the fault that spoils it: everything that
//! happens under the lock.

use super::actions::{self, Call};
use super::faults::Fault;
use super::form::Form;
use super::http::{Reply, Request};
use super::log::Logged;
use super::organizations;
use super::problem::{Problem, Verdict};
use super::state::State;
use super::xml;

/// Answers `request`, logs it, and says what is to go wrong on the wire.
pub fn answer(state: &mut State, request: &Request, connection: usize) -> (Reply, Option<Fault>) {
    if let Some(target) = request.header("x-amz-target") {
        return organizations::answer(state, request, target, connection);
    }
    let form = Form::of(request);
    let action = form.get("Action").unwrap_or_default().to_owned();
    let fault = state.faults.take(&action);
    let now = state.now();
    let request_id = state.mint.request_id();
    let mut caller = None;
    let (mut reply, outcome) =
        match fault.as_ref().and_then(|fault| replacement(fault, &action, &request_id)) {
            Some(reply) => (reply, "fault".to_owned()),
            None => {
                let call = Call { action: &action, form: &form, now };
                let result = actions::perform(state, request, &call, &mut caller);
                render(state, &action, result, &request_id)
            }
        };
    reply.set("x-amzn-RequestId", &request_id);
    reply.set("Date", &now.http());
    if let Some(fault) = &fault {
        spoil(&mut reply, fault);
    }
    let reply_length = reply.bytes().len();
    let logged = Logged::of(request, form);
    state.log.push(Logged { connection, action, caller, outcome, reply_length, ..logged });
    (reply, fault)
}

fn render(
    state: &State,
    action: &str,
    result: Result<String, Problem>,
    request_id: &str,
) -> (Reply, String) {
    let namespace = actions::namespace(action);
    match result {
        Ok(inner) => (xml::result(namespace, action, &inner, request_id), "ok".to_owned()),
        Err(problem) => {
            let message = if state.settings.old_wording {
                Verdict::strip(&problem.message)
            } else {
                problem.message.as_str()
            };
            (
                xml::error(namespace, problem.status, &problem.code, message, request_id),
                problem.code,
            )
        }
    }
}

/// The reply of a fault that takes the place of the answer.
fn replacement(fault: &Fault, action: &str, request_id: &str) -> Option<Reply> {
    match fault {
        Fault::Error { status, code, message } => {
            Some(xml::error(actions::namespace(action), *status, code, message, request_id))
        }
        Fault::Body { status, content_type, text } => {
            Some(Reply::new(*status, content_type, text.as_str()))
        }
        Fault::Redirect { status, to } => {
            let mut reply = Reply::new(*status, "text/html", "");
            reply.set("Location", to);
            Some(reply)
        }
        _ => None,
    }
}

/// Changes a reply whose call took effect.
fn spoil(reply: &mut Reply, fault: &Fault) {
    match fault {
        Fault::Date(text) => reply.set("Date", text),
        Fault::Header(name, value) => reply.set(name, value),
        Fault::Replace { field, text } => {
            let body = xml::replace_field(&String::from_utf8_lossy(&reply.body), field, text);
            reply.body = body.into_bytes();
        }
        // Not one by one: in a program that is not optimized that takes a hundred times as long, and
        // the next request waits for it.
        Fault::Huge(bytes) => reply.body.extend_from_slice(&vec![b' '; *bytes]),
        _ => {}
    }
}
