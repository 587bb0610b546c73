//! Where a page's commands run when it is not the reader's own machine: a job of GitHub, a pod of
//! EKS, a task of ECS. Each has variables of its own, and no key in a file.

use serde_json::json;

use super::stage::{PRODUCTION, STAGING, Stage};
use crate::fake_aws::identity_provider::{Answer, Idp};
use crate::fake_aws::machine::Machine;
use crate::fake_aws::sts::{Proof, Role, Trust};
use crate::support::failure::{Failure, Outcome};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvIn0.signature";

/// What stands behind the places.
pub struct Places {
    token_service: Idp,
    task: Machine,
    token_file: String,
}

impl Places {
    /// The roles of the pages, in the accounts that the reader knows.
    pub fn set(stage: &Stage) -> Outcome<Self> {
        let of_issuer = Role::new(PRODUCTION, "pipeline").trusts(Trust::arn(ISSUER));
        let of_pod = Role::new(STAGING, "pod").trusts(Trust::arn(ISSUER));
        let of_task = Role::new(STAGING, "task").trusts(Trust::account(STAGING));
        stage.sts.add_role(of_issuer);
        stage.sts.add_role(of_pod);
        stage.sts.add_role(of_task.clone());
        let deploy = Role::new(PRODUCTION, "deploy");
        stage.sts.add_role(deploy.trusts(Trust::account(STAGING).external_id(PRODUCTION)));
        stage.sts.add_proof(Proof {
            text: TOKEN.to_owned(),
            provider: ISSUER.to_owned(),
            subject: "repo:example/app:ref:refs/heads/main".to_owned(),
            session_name: String::new(),
            expired: false,
        });
        Ok(Self {
            token_service: Idp::start(Answer::json(200, &json!({"count": 1, "value": TOKEN}))),
            task: Machine::start(stage.sts.issue(&of_task, "task")),
            token_file: stage.world.write("token", TOKEN)?.display().to_string(),
        })
    }

    /// The variables of a place.
    pub fn variables(&self, place: &str) -> Outcome<Vec<(&'static str, String)>> {
        let own = match place {
            "github" => vec![
                ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}?version=2", self.token_service.url())),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job".to_owned()),
            ],
            "gitlab" => vec![("AWS_TOKEN", TOKEN.to_owned())],
            "pod" => vec![
                ("AWS_ROLE_ARN", format!("arn:aws:iam::{STAGING}:role/pod")),
                ("AWS_WEB_IDENTITY_TOKEN_FILE", self.token_file.clone()),
            ],
            "task" => self
                .task
                .variables()
                .into_iter()
                .filter(|(name, _)| name.contains("CONTAINER"))
                .collect(),
            _ => return Err(Failure(format!("there is no place {place}"))),
        };
        let none = ("AWS_SHARED_CREDENTIALS_FILE", format!("{}.none", self.token_file));
        Ok(own.into_iter().chain([none]).collect())
    }
}
