//! A user's own access keys at IAM: at most two, each active or not.
//!
//! Nothing makes `CreateAccessKey` safe to repeat, and its answer is the only one that ever shows the
//! secret, so it is sent once. The other calls may be repeated.

use super::client::Client;
use super::error::AwsError;
use super::http::encoded;
use super::iam::{call, pages};
use super::signed::patiently;
use super::xml::{Fields, all, first, need};
use crate::types::{Credentials, Moment, Secret, is_key_id, is_key_secret};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessKey {
    pub id: String,
    pub active: bool,
    pub created: Option<Moment>,
}

/// A user of IAM, and whose keys sign the calls about it.
pub(crate) struct IamUser<'a> {
    pub client: &'a Client,
    pub keys: &'a Credentials,
    pub name: &'a str,
}

impl IamUser<'_> {
    pub(crate) async fn access_keys(&self) -> Result<Vec<AccessKey>, AwsError> {
        let parameters = self.parameters("");
        let list = async || pages(self.client, self.keys, "ListAccessKeys", &parameters).await;
        let mut keys = Vec::new();
        for page in patiently(list).await? {
            keys.extend(listed(&page)?);
        }
        Ok(keys)
    }

    /// When a key signed something for the last time, as far as IAM knows.
    pub(crate) async fn last_used(&self, id: &str) -> Result<Option<Moment>, AwsError> {
        let parameters = format!("&AccessKeyId={}", encoded(id));
        let fields = self.repeated("GetAccessKeyLastUsed", &parameters).await?;
        Ok(first(&fields, "LastUsedDate").and_then(Moment::parse_rfc3339))
    }

    /// A new key. Whether there is one when the answer is lost only a list can tell.
    pub(crate) async fn create_key(&self) -> Result<Credentials, AwsError> {
        let fields = call(self.client, self.keys, "CreateAccessKey", &self.parameters("")).await?;
        let (id, secret) = (need(&fields, "AccessKeyId")?, need(&fields, "SecretAccessKey")?);
        if !is_key_id(id) || id.starts_with("ASIA") {
            return Err(AwsError::malformed("AccessKeyId"));
        }
        if !is_key_secret(secret) {
            return Err(AwsError::malformed("SecretAccessKey"));
        }
        Ok(Credentials { id: id.to_owned(), secret: Secret::new(secret.to_owned()), token: None })
    }

    pub(crate) async fn set_active(&self, id: &str, active: bool) -> Result<(), AwsError> {
        let status = if active { "Active" } else { "Inactive" };
        let parameters = self.parameters(&format!("&AccessKeyId={}&Status={status}", encoded(id)));
        self.repeated("UpdateAccessKey", &parameters).await.map(drop)
    }

    /// Deletes a key; one that is not there is deleted.
    pub(crate) async fn delete_key(&self, id: &str) -> Result<(), AwsError> {
        let parameters = self.parameters(&format!("&AccessKeyId={}", encoded(id)));
        match self.repeated("DeleteAccessKey", &parameters).await {
            Err(failure) if failure.code() != "NoSuchEntity" => Err(failure),
            _ => Ok(()),
        }
    }

    async fn repeated(&self, action: &str, parameters: &str) -> Result<Fields, AwsError> {
        patiently(async || call(self.client, self.keys, action, parameters).await).await
    }

    /// Temporary keys have to name their user.
    fn parameters(&self, more: &str) -> String {
        format!("&UserName={}{more}", encoded(self.name))
    }
}

fn listed(page: &Fields) -> Result<Vec<AccessKey>, AwsError> {
    let (ids, mut created) = (all(page, "AccessKeyId"), all(page, "CreateDate"));
    let mut statuses = all(page, "Status");
    ids.map(|id| {
        if !is_key_id(&id) {
            return Err(AwsError::malformed("AccessKeyId"));
        }
        let active = statuses.next().is_some_and(|status| status == "Active");
        let created = created.next().and_then(|text| Moment::parse_rfc3339(&text));
        Ok(AccessKey { id, active, created })
    })
    .collect()
}
