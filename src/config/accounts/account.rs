//! One entry of the accounts file. Its values are checked here and nowhere later: an [`Account`] that
//! exists is valid.

use crate::config::json::{Json, JsonKind, Property};
use crate::config::location::{Location, Spot};
use crate::config::suggest::{meant, misspelt};
use crate::config::values::{
    ExternalId, Scheme, parse_mfa_serial, parse_policy_arn, parse_role_duration, parse_session_name,
};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, Partition, Region, RoleName};

#[derive(Clone, Debug)]
pub struct Account {
    pub name: Name,
    pub id: AccountId,
    pub roles: Vec<RoleName>,
    pub default_role: Option<RoleName>,
    /// The profile of the base, or `env`.
    pub base: Option<Name>,
    pub sso_session: Option<Name>,
    pub region: Option<Region>,
    /// How long its sessions last, in seconds.
    pub duration: Option<u32>,
    /// The external id; `None` when the file says nothing.
    pub external_id: Option<ExternalId>,
    pub partition: Option<Partition>,
    pub scheme: Option<Scheme>,
    pub mfa_serial: Option<String>,
    pub session_name: Option<String>,
    pub source_identity: Option<String>,
    pub tags: Vec<(String, String)>,
    pub policy_arns: Vec<String>,
    /// Whether a switch has to be confirmed.
    pub protected: bool,
    /// Whether sessions are read-only unless `--write` is given.
    pub read_only: bool,
    pub place: Location,
}

/// The most session tags and policies (STS API reference, AssumeRole).
const MOST_TAGS: usize = 50;
const MOST_POLICIES: usize = 10;

/// Reads the account that a property of the root object describes; keys that are not known go into
/// `unknown`.
pub(super) fn read_account(
    key: &str,
    spot: Spot<'_>,
    value: Json<'_>,
    unknown: &mut Vec<String>,
) -> Result<Account> {
    let fields = (value.kind() == JsonKind::Object).then(|| value.object()).transpose()?;
    let id = match &fields {
        Some(fields) => id_of(value, fields.iter().find(|field| field.key == "id"))?,
        None => read_id(value)?,
    };
    let name = spot.locate(Name::parse("account", key))?;
    if AccountId::parse(key).is_some_and(|named| named != id) {
        return Err(Error::config(format!(
            "{spot}: the name {key} looks like an account id but stands for {id}"
        ))
        .hint("give this account another name"));
    }
    let account = Account::new(name, id, spot.place());
    match fields {
        Some(fields) => read_fields(&fields, account, unknown),
        None => Ok(account),
    }
}

/// An account without what only a switch to it needs: for lists of thousands.
#[derive(Clone, Debug)]
pub struct Outline {
    pub name: Name,
    pub id: AccountId,
    pub region: Option<Region>,
    pub protected: bool,
}

/// The outline of the account that a property of the root object describes; `None` when it is
/// wrong.
pub(super) fn read_outline(key: &str, value: Json<'_>) -> Option<Outline> {
    let name = Name::parse("account", key).ok()?;
    if value.kind() != JsonKind::Object {
        return Some(Outline { name, id: read_id(value).ok()?, region: None, protected: false });
    }
    let (mut id, mut region, mut protected) = (None, None, false);
    for property in value.properties().ok()? {
        match &*property.key {
            "id" if property.value.kind() != JsonKind::Object => id = read_id(property.value).ok(),
            "region" => region = Region::parse("", &property.value.string().ok()?).ok(),
            "protected" => protected = property.value.raw == "true",
            _ => {}
        }
    }
    Some(Outline { name, id: id?, region, protected })
}

pub(super) fn read_id(value: Json<'_>) -> Result<AccountId> {
    let spot = value.spot();
    match value.kind() {
        JsonKind::Object => {
            id_of(value, value.properties()?.iter().find(|property| property.key == "id"))
        }
        JsonKind::String => {
            let text = value.string()?;
            AccountId::parse(&text).ok_or_else(|| not_an_id(spot, &text))
        }
        JsonKind::Number => {
            AccountId::parse(value.raw).ok_or_else(|| number_is_no_id(spot, value.raw))
        }
        other => Err(Error::config(format!("{spot}: an account is its id, not {other}"))
            .hint("write the id as a string: \"123456789012\"")),
    }
}

/// The id of an account that is an object.
fn id_of(account: Json<'_>, id: Option<&Property<'_>>) -> Result<AccountId> {
    match id.map(|property| property.value) {
        Some(id) if id.kind() != JsonKind::Object => read_id(id),
        Some(id) => Err(Error::config(format!("{}: 'id' is an object, not an id", id.spot()))),
        None => Err(Error::config(format!("{}: this account has no id", account.spot()))
            .hint("add \"id\": \"123456789012\"")),
    }
}

impl Account {
    /// The roles with the default one, which may be among them.
    pub(crate) fn all_roles(&self) -> impl Iterator<Item = &RoleName> {
        self.roles.iter().chain(&self.default_role)
    }

    fn new(name: Name, id: AccountId, place: Location) -> Self {
        Self {
            name,
            id,
            roles: Vec::new(),
            default_role: None,
            base: None,
            sso_session: None,
            region: None,
            duration: None,
            external_id: None,
            partition: None,
            scheme: None,
            mfa_serial: None,
            session_name: None,
            source_identity: None,
            tags: Vec::new(),
            policy_arns: Vec::new(),
            protected: false,
            read_only: false,
            place,
        }
    }
}

fn not_an_id(place: Spot<'_>, text: &str) -> Error {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let error = Error::config(format!(
        "{place}: '{}' is not an account id: it has {} digits, an id has 12 and nothing else",
        escape_up_to(text, 80),
        digits.len()
    ));
    let only_separators = text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    if digits.len() == 12 && only_separators {
        error.hint(format!("write \"{digits}\""))
    } else {
        error
    }
}

fn number_is_no_id(place: Spot<'_>, number: &str) -> Error {
    let number = escape_up_to(number, 40);
    let error =
        Error::config(format!("{place}: the number {number} is not an account id of 12 digits"));
    if number.len() < 12 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return error.hint(format!("quote it, a leading zero was lost: \"{number:0>12}\""));
    }
    error.hint("quote ids: \"123456789012\"")
}

const KEYS: [&str; 17] = [
    "id", "roles", "default_role", "base", "sso_session", "region", "duration", "external_id",
    "partition", "scheme", "mfa_serial", "session_name", "source_identity", "tags", "policy_arns",
    "protected", "read_only",
];

fn read_fields(
    properties: &[Property<'_>],
    mut account: Account,
    unknown: &mut Vec<String>,
) -> Result<Account> {
    for field in properties {
        let spot = field.spot();
        let session_name = |what| Ok(Some(parse_session_name(spot, what, &field.text()?)?));
        let name = |what| spot.locate(Name::parse(what, &field.text()?)).map(Some);
        match &*field.key {
            "id" => {}
            "roles" => {
                account.roles =
                    field.list(usize::MAX, |spot, text| spot.locate(RoleName::parse(text)))?;
            }
            "default_role" => {
                account.default_role = Some(spot.locate(RoleName::parse(&field.text()?))?);
            }
            "base" => account.base = name("profile")?,
            "sso_session" => account.sso_session = name("sso-session")?,
            "region" => account.region = Some(Region::parse(&spot.to_string(), &field.text()?)?),
            "duration" => {
                account.duration = Some(parse_role_duration(spot, &field.text_or_number()?)?);
            }
            "external_id" => account.external_id = Some(ExternalId::parse(spot, &field.text()?)?),
            "partition" => {
                account.partition = Some(spot.locate(Partition::parse(&field.text()?))?);
            }
            "scheme" => account.scheme = Some(Scheme::parse(spot, &field.text()?)?),
            "mfa_serial" => account.mfa_serial = Some(parse_mfa_serial(spot, &field.text()?)?),
            "session_name" => account.session_name = session_name("session name")?,
            "source_identity" => account.source_identity = session_name("source identity")?,
            "tags" => account.tags = field.tags(MOST_TAGS)?,
            "policy_arns" => {
                account.policy_arns =
                    field.list(MOST_POLICIES, |spot, text| parse_policy_arn(spot, text))?;
            }
            "protected" => account.protected = field.switch()?,
            "read_only" => account.read_only = field.switch()?,
            other => {
                let message = format!("{spot}: the key '{}' is not known", escape_up_to(other, 80));
                // A misspelt `protected` must not switch the protection off.
                if let Some(known) = misspelt(other, KEYS) {
                    return Err(Error::config(message).hint(meant(&[known])));
                }
                unknown.push(message);
            }
        }
    }
    Ok(account)
}
