//! The shapes of parameters, with the words in which AWS refuses a wrong one (STS API reference).

use super::form::Form;
use super::problem::Problem;

/// The text of a parameter that must be there.
///
/// # Errors
/// `ValidationError`.
pub fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, Problem> {
    form.get(name).ok_or_else(|| {
        Problem::validation(format!(
            "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
            lower(name)
        ))
    })
}

/// Checks length and characters of a parameter, if it is there; `others` are allowed beside letters
/// and digits.
///
/// # Errors
/// `ValidationError`.
pub fn text(
    form: &Form,
    name: &str,
    lengths: std::ops::RangeInclusive<usize>,
    others: &str,
) -> Result<(), Problem> {
    let Some(value) = form.get(name) else { return Ok(()) };
    let length = value.chars().count();
    if length < *lengths.start() {
        let rule = format!("have length greater than or equal to {}", lengths.start());
        return Err(Problem::constraint(value, &lower(name), &rule));
    }
    if length > *lengths.end() {
        let rule = format!("have length less than or equal to {}", lengths.end());
        return Err(Problem::constraint(value, &lower(name), &rule));
    }
    if value
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || others.contains(character))
    {
        return Ok(());
    }
    let rule = format!("satisfy regular expression pattern: [\\w{}]*", others.replace('_', ""));
    Err(Problem::constraint(value, &lower(name), &rule))
}

/// `DurationSeconds`, or `default` when it is not there.
///
/// # Errors
/// `ValidationError` outside 900..=`longest`.
pub fn duration(form: &Form, default: i64, longest: i64) -> Result<i64, Problem> {
    let Some(text) = form.get("DurationSeconds") else { return Ok(default) };
    let Ok(seconds) = text.parse::<i64>() else {
        return Err(Problem::new(
            400,
            "MalformedInput",
            "Unexpected characters in DurationSeconds",
        ));
    };
    if seconds < 900 {
        return Err(Problem::constraint(
            text,
            "durationSeconds",
            "have value greater than or equal to 900",
        ));
    }
    if seconds > longest {
        return Err(Problem::constraint(
            text,
            "durationSeconds",
            &format!("have value less than or equal to {longest}"),
        ));
    }
    Ok(seconds)
}

/// Session policy, policy ARNs and tags: their form and their size.
///
/// # Errors
/// `MalformedPolicyDocument`, `PackedPolicyTooLarge` or `ValidationError`.
pub fn policies_and_tags(form: &Form) -> Result<(), Problem> {
    let policy = form.get("Policy").unwrap_or_default();
    text_length(policy, "policy", 2048)?;
    if form.get("Policy").is_some() {
        let document: Option<serde_json::Value> = serde_json::from_str(policy).ok();
        if document.is_none_or(|document| document.get("Statement").is_none()) {
            return Err(Problem::new(400, "MalformedPolicyDocument", "Syntax errors in policy."));
        }
    }
    let (keys, values) = (form.members("Tags", ".Key"), form.members("Tags", ".Value"));
    if keys.len() > 50 || form.members("PolicyArns", ".arn").len() > 10 {
        return Err(Problem::new(400, "LimitExceeded", "Too many session tags or policy ARNs."));
    }
    for (key, value) in keys.iter().zip(&values) {
        text_length(key, "tags.member.key", 128)?;
        text_length(value, "tags.member.value", 256)?;
    }
    let packed: usize =
        policy.len() + keys.iter().chain(&values).map(|text| text.len()).sum::<usize>();
    if packed > 4096 {
        let message = format!(
            "Packed policy consumes {}% of allotted space, please use smaller policy.",
            packed * 100 / 4096
        );
        return Err(Problem::new(400, "PackedPolicyTooLarge", message));
    }
    Ok(())
}

fn text_length(value: &str, name: &str, longest: usize) -> Result<(), Problem> {
    if value.chars().count() > longest {
        let rule = format!("have length less than or equal to {longest}");
        return Err(Problem::constraint(value, name, &rule));
    }
    Ok(())
}

fn lower(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + characters.as_str())
        .unwrap_or_default()
}
