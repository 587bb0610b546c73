//! The files of the user: read as botocore reads them, edited without losing a byte.

mod accounts_edit;
mod accounts_import;
mod accounts_sync;
mod accounts_team;
mod ini;
mod kills;
pub mod profile_edit;
