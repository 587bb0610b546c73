//! Narrowing where there is no role to narrow: a policy for the session that a profile, a sign-on or
//! a program gives by itself (`sts:GetScopedCredentials`).

use super::account::read_only;
use super::chosen::{Chosen, Origin};
use super::parameters::policy;
use super::{Plan, Protection, Request, Snapshot};
use crate::config::Config;
use crate::error::Result;

/// Services with their reading actions, as AWS's `ReadOnlyAccess` has them: that policy itself can
/// only be attached to a role, and is far longer than the 2,048 characters that a session takes.
/// D, G, L: `Describe*`, `Get*`, `List*`.
const READING: [(&str, &str); 50] = [
    ("acm", "DL"),
    ("apigateway", "G"),
    ("application-autoscaling", "D"),
    ("athena", "GL"),
    ("autoscaling", "D"),
    ("backup", "DGL"),
    ("batch", "DL"),
    ("ce", "G"),
    ("cloudformation", "DGL"),
    ("cloudfront", "GL"),
    ("cloudtrail", "DGL"),
    ("cloudwatch", "DGL"),
    ("codebuild", "L"),
    ("codepipeline", "GL"),
    ("config", "DGL"),
    ("dynamodb", "DGL"),
    ("ec2", "DG"),
    ("ecr", "DGL"),
    ("ecs", "DL"),
    ("eks", "DL"),
    ("elasticache", "DL"),
    ("elasticfilesystem", "DL"),
    ("elasticloadbalancing", "D"),
    ("es", "DL"),
    ("events", "DL"),
    ("firehose", "DL"),
    ("glue", "GL"),
    ("guardduty", "GL"),
    ("health", "D"),
    ("iam", "GL"),
    ("kinesis", "DL"),
    ("kms", "DL"),
    ("lambda", "GL"),
    ("logs", "DGL"),
    ("organizations", "DL"),
    ("rds", "DL"),
    ("redshift", "D"),
    ("route53", "GL"),
    ("s3", "GL"),
    ("secretsmanager", "DL"),
    ("servicequotas", "GL"),
    ("ses", "GL"),
    ("sns", "GL"),
    ("sqs", "GL"),
    ("ssm", "DGL"),
    ("states", "DL"),
    ("sts", "G"),
    ("tag", "G"),
    ("wafv2", "GL"),
    ("xray", "G"),
];

/// The policy of a `read_only` account where there is no role.
fn reading() -> String {
    let actions = READING.iter().flat_map(|(service, verbs)| {
        verbs.chars().map(move |verb| {
            let verb = match verb {
                'D' => "Describe",
                'G' => "Get",
                _ => "List",
            };
            format!("{service}:{verb}*")
        })
    });
    let actions: Vec<String> = actions.collect();
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
    })
    .to_string()
}

/// The policy that the options name for a session without a role; beside the one of a `read_only`
/// account it is refused.
pub(super) fn of_options(
    request: &Request,
    protection: &Protection,
    config: &Config,
) -> Result<Option<Chosen<String>>> {
    let Some(path) = request.session.policy.as_deref() else { return Ok(None) };
    let policy = policy(path, config)?;
    match protection.read_only.as_ref().filter(|_| !request.write) {
        Some(alias) => Err(read_only(&alias.value)),
        None => Ok(Some(Chosen::new(policy, "--policy"))),
    }
}

impl Plan {
    /// What narrows the session of the base itself, where that is the target: the policy of the
    /// options, or reading only where the account is marked so. A profile of keys reveals its
    /// account only when AWS has been asked whose they are.
    pub(crate) fn narrowing(&self, known: &Snapshot) -> Option<Chosen<String>> {
        if !self.steps.is_empty() {
            return None;
        }
        let of_principal = known.principal.as_ref().and_then(|found| found.read_only.as_ref());
        let read_only = self.target.protection.read_only.as_ref().or(of_principal);
        match read_only.filter(|_| !self.write) {
            Some(alias) => {
                let why = format!("read_only of {}; --write lifts it", alias.origin);
                Some(Chosen::new(reading(), Origin::Place(why)))
            }
            None => self.policy.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_fits_into_a_session() {
        let policy = reading();
        assert!(policy.len() <= 2048, "{}", policy.len());
        assert!(policy.contains("\"ec2:Describe*\"") && policy.contains("\"s3:List*\""));
        // Secrets are not among what is read.
        assert!(!policy.contains("secretsmanager:Get") && !policy.contains("kms:Get"));
        assert!(READING.is_sorted());
    }
}
