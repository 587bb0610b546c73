//! The line about another process that is waited for.

use crate::cache::Holder;

/// Who is waited for. The line is written at once, since a crowd may say so together.
pub(super) fn waiting_for(holder: Holder) -> String {
    let who = holder.pid.map_or("another assume-role".to_owned(), |pid| format!("process {pid}"));
    let doing = match holder.asking {
        true => "which asks for an answer in its terminal",
        false => "which fetches the same session",
    };
    format!("waiting for {who}, {doing}")
}
