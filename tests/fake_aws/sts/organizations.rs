//! AWS Organizations beside STS: `ListAccounts` in the JSON protocol, signed, page by page.

use serde_json::{Value, json};

use super::caller::Caller;
use super::faults::Fault;
use super::form::Form;
use super::http::{Reply, Request};
use super::log::Logged;
use super::problem::Problem;
use super::sigv4::Signature;
use super::state::State;

/// An organization.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Id, name and status of each account.
    pub accounts: Vec<(String, String, String)>,
    /// The accounts whose keys may list.
    pub may_list: Vec<String>,
    /// How many accounts a page holds.
    pub page: usize,
}

impl Organization {
    /// One whose accounts the keys of `owner` may list, two on a page.
    pub fn of(owner: &str) -> Self {
        Self { accounts: Vec::new(), may_list: vec![owner.to_owned()], page: 2 }
    }

    /// The same with an account.
    #[must_use]
    pub fn account(mut self, id: &str, name: &str, status: &str) -> Self {
        self.accounts.push((id.to_owned(), name.to_owned(), status.to_owned()));
        self
    }
}

/// Answers a call, logs it, and says what is to go wrong on the wire.
pub fn answer(
    state: &mut State,
    request: &Request,
    target: &str,
    connection: usize,
) -> (Reply, Option<Fault>) {
    let action = target.rsplit('.').next().unwrap_or_default().to_owned();
    let fault = state.faults.take(&action);
    let mut caller = None;
    let result = match &fault {
        Some(Fault::Error { status, code, message }) => {
            Err(Problem::new(*status, code, message.clone()))
        }
        _ => list(state, request, target, &mut caller),
    };
    let now = state.now();
    let (mut reply, outcome) = match result {
        Ok(body) => {
            (Reply::new(200, "application/x-amz-json-1.1", body.to_string()), "ok".to_owned())
        }
        Err(problem) => {
            let body = json!({"__type": problem.code, "Message": problem.message});
            (
                Reply::new(problem.status, "application/x-amz-json-1.1", body.to_string()),
                problem.code,
            )
        }
    };
    reply.set("Date", &now.http());
    let reply_length = reply.bytes().len();
    let logged = Logged::of(request, Form::of(request));
    state.log.push(Logged { connection, action, caller, outcome, reply_length, ..logged });
    (reply, fault.filter(|fault| !matches!(fault, Fault::Error { .. })))
}

fn list(
    state: &State,
    request: &Request,
    target: &str,
    caller: &mut Option<String>,
) -> Result<Value, Problem> {
    if target != "AWSOrganizationsV20161128.ListAccounts" {
        return Err(Problem::new(400, "UnknownOperationException", target));
    }
    let signature = Signature::of(request)?;
    if (signature.service.as_str(), signature.region.as_str()) != ("organizations", "us-east-1") {
        return Err(Problem::signature(
            "Credential should be scoped to a valid region and service.",
        ));
    }
    let identity = Caller::of(state, request, &signature, state.now())?;
    *caller = Some(identity.arn.clone());
    let Some(organization) = &state.organization else {
        let message = "Your account is not a member of an organization.";
        return Err(Problem::new(400, "AWSOrganizationsNotInUseException", message));
    };
    if !organization.may_list.contains(&identity.account) {
        let message = "You don't have permissions to access this resource.";
        return Err(Problem::new(400, "AccessDeniedException", message));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let start: usize = body["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let page = organization.accounts.iter().skip(start).take(organization.page);
    let accounts: Vec<Value> = page
        .map(|(id, name, status)| {
            let arn = format!("arn:aws:organizations::111111111111:account/o-exampleorgid/{id}");
            json!({"Id": id, "Arn": arn, "Email": "x@example.com", "Name": name, "Status": status, "JoinedMethod": "CREATED"})
        })
        .collect();
    let end = start + organization.page;
    let next = (end < organization.accounts.len()).then(|| end.to_string());
    Ok(match next {
        Some(token) => json!({"Accounts": accounts, "NextToken": token}),
        None => json!({"Accounts": accounts}),
    })
}
