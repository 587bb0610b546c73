//! The prompt segment: what the shells' own hooks show, computed here once more.
//!
//! Variables of a shell and a clock come in, a text and a state go out. The hooks in `shell/` do
//! the same in shell arithmetic, without a process; tests hold them to what this says. `status
//! --prompt` prints it for prompts that insist on calling a program.

use crate::shell::prompt_style::Look;
use crate::types::Moment;

/// The longest segment, in characters.
const LONGEST: usize = 64;
/// The most digits that are read as a moment; more would overflow some shell.
const MOST_DIGITS: usize = 12;

/// What the segment is about; prompts choose a colour by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No role: the segment is empty.
    None,
    /// A role with time left, or with no known end.
    Calm,
    /// As calm, in a protected account.
    Protected,
    /// Little time left.
    Warning,
    /// Hardly any time left.
    Alarm,
    /// The session has ended.
    Expired,
    /// The keys are not those that the name and the time belong to.
    Foreign,
}

impl State {
    /// The name, as `ASSUME_ROLE_PROMPT_STATE` holds it; empty without a role.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Calm => "calm",
            Self::Protected => "protected",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
            Self::Expired => "expired",
            Self::Foreign => "foreign",
        }
    }
}

/// The variables of the shell, as they are; unset and empty are the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variables<'a> {
    /// `ASSUME_ROLE_KEY_ID`
    pub key_id: &'a str,
    /// `AWS_ACCESS_KEY_ID`
    pub access_key: &'a str,
    /// `AWS_PROFILE`
    pub profile: &'a str,
    /// `AWS_ACCOUNT_NAME`
    pub account: &'a str,
    /// `AWS_ACCOUNT_ROLE`
    pub role: &'a str,
    /// `ASSUME_ROLE_EXPIRES`
    pub expires: &'a str,
    /// `ASSUME_ROLE_RENEWABLE`
    pub renewable: &'a str,
    /// `ASSUME_ROLE_PROTECTED`
    pub protected: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The text, without colour, at most 64 characters.
    pub text: String,
    pub state: State,
}

/// The segment for these variables at `now`, by this machine's clock.
pub fn segment(variables: &Variables<'_>, look: &Look, now: Moment) -> Segment {
    if variables.key_id.is_empty() && variables.account.is_empty() {
        return Segment { text: String::new(), state: State::None };
    }
    let ours = !variables.key_id.is_empty() && variables.key_id == variables.access_key;
    if !ours || !variables.profile.is_empty() {
        return Segment { text: "?".to_owned(), state: State::Foreign };
    }
    let calm = if variables.protected.is_empty() { State::Calm } else { State::Protected };
    let (mut time, state) = match moment(variables.expires) {
        Some(end) => time_left(end.since(now), look, calm),
        None => (String::new(), calm),
    };
    let renews = moment(variables.renewable).is_some_and(|until| until > now);
    if renews && !matches!(state, State::Expired) && !time.is_empty() {
        time.push_str(&look.renewable_mark);
    }
    let label = format!("{}:{}", or_unknown(variables.account), or_unknown(variables.role));
    let room = LONGEST.saturating_sub(time.chars().count());
    let mut text: String = label.chars().take(room).map(cleaned).collect();
    text.push_str(&time);
    Segment { text, state }
}

fn time_left(left: i64, look: &Look, calm: State) -> (String, State) {
    let time = match left {
        ..=0 => return (" expired".to_owned(), State::Expired),
        1..60 => " <1m".to_owned(),
        60..3600 => format!(" {}m", left / 60),
        _ => format!(" {}h{:02}m", left / 3600, left % 3600 / 60),
    };
    let state = if left >= i64::from(look.warning) {
        calm
    } else if left >= i64::from(look.alarm) {
        State::Warning
    } else {
        State::Alarm
    };
    (time, state)
}

/// Digits as a moment. Nothing else is looked at: any user can set the variable, and in a shell,
/// arithmetic on other text can run commands.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let digits = !text.is_empty()
        && text.len() <= MOST_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok().map(Moment)).flatten()
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "?" } else { text }
}

/// Anyone can set variables, so a name is looked at again where it is shown.
fn cleaned(character: char) -> char {
    let passes = character.is_alphanumeric() || " _.@+=,:/()&'#*%-".contains(character);
    if passes { character } else { '?' }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_795_305_600);

    fn shown(variables: Variables<'_>) -> (String, State) {
        let segment = segment(&variables, &Look::default(), NOW);
        (segment.text, segment.state)
    }

    fn role<'a>() -> Variables<'a> {
        Variables {
            key_id: "ASIA1",
            access_key: "ASIA1",
            account: "production",
            role: "read",
            ..Variables::default()
        }
    }

    #[test]
    fn time_as_people_read_it() {
        for (left, text, state) in [
            (0, "expired", State::Expired),
            (-1, "expired", State::Expired),
            (1, "<1m", State::Alarm),
            (59, "<1m", State::Alarm),
            (60, "1m", State::Alarm),
            (119, "1m", State::Alarm),
            (120, "2m", State::Warning),
            (599, "9m", State::Warning),
            (600, "10m", State::Calm),
            (3599, "59m", State::Calm),
            (3600, "1h00m", State::Calm),
            (3900, "1h05m", State::Calm),
            (90_000, "25h00m", State::Calm),
        ] {
            let expires = NOW.plus(left).0.to_string();
            let expected = (format!("production:read {text}"), state);
            assert_eq!(shown(Variables { expires: &expires, ..role() }), expected);
        }
    }

    #[test]
    fn foreign_keys_are_not_given_our_name() {
        for foreign in [
            Variables { access_key: "AKIA2", ..role() },
            Variables { access_key: "", ..role() },
            Variables { key_id: "", ..role() },
            Variables { key_id: "", access_key: "", ..role() },
            Variables { profile: "work", ..role() },
        ] {
            assert_eq!(shown(foreign), ("?".to_owned(), State::Foreign), "{foreign:?}");
        }
        assert_eq!(
            shown(Variables { access_key: "AKIA2", ..Variables::default() }),
            (String::new(), State::None)
        );
    }

    #[test]
    fn a_session_that_renews_is_marked_until_it_does_not() {
        let expires = NOW.plus(3540).0.to_string();
        for (renewable, text) in [(1, "59m*"), (0, "59m"), (-1, "59m")] {
            let renewable = NOW.plus(renewable).0.to_string();
            let variables = Variables { expires: &expires, renewable: &renewable, ..role() };
            assert_eq!(shown(variables).0, format!("production:read {text}"));
        }
    }

    #[test]
    fn what_is_not_a_moment_is_no_time() {
        for expires in ["", "a[$(touch x)]", "-5", "1 + 1", "1234567890123", "٣", " 1795305600"] {
            assert_eq!(shown(Variables { expires, ..role() }).0, "production:read", "{expires}");
        }
        assert_eq!(shown(Variables { expires: "09", ..role() }).0, "production:read expired");
    }

    #[test]
    fn names_are_cleaned_and_cut() {
        let name = "R&D (a*b) 100% it's \u{1b}]0;\u{202e}日本`$\\";
        assert_eq!(
            shown(Variables { account: name, ..role() }).0,
            "R&D (a*b) 100% it's ??0??日本???:read"
        );
        let long = "A".repeat(5000);
        let expires = NOW.plus(3540).0.to_string();
        let text = shown(Variables { account: &long, expires: &expires, ..role() }).0;
        assert_eq!((text.len(), text.ends_with("AA 59m")), (64, true));
        assert_eq!(shown(Variables { account: "", ..role() }).0, "?:read");
    }
}
