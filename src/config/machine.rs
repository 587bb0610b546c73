//! Whether this machine says by itself that it is an instance of EC2. Nothing is asked over the
//! network: a laptop would wait for an address that is not there.

use std::path::Path;

use super::environment::Environment;
use crate::error::Result;

/// What says that there are instance metadata: a variable, or the machine's own description.
pub(crate) fn instance(environment: &Environment) -> Result<Option<&'static str>> {
    let disabled = environment.text("AWS_EC2_METADATA_DISABLED")?;
    if disabled.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    if environment.has(endpoint) {
        return Ok(Some(endpoint));
    }
    Ok(is_described(Path::new("/")).then_some("this machine is an instance of EC2"))
}

/// What the firmware says (Amazon EC2 user guide, "Detect whether a host is an EC2 instance").
fn is_described(root: &Path) -> bool {
    let says = |file: &str, holds: fn(&str) -> bool| {
        std::fs::read_to_string(root.join(file)).is_ok_and(|text| holds(text.trim()))
    };
    says("sys/class/dmi/id/sys_vendor", |text| text == "Amazon EC2")
        || says("sys/class/dmi/id/board_vendor", |text| text == "Amazon EC2")
        || says("sys/hypervisor/uuid", |text| text.to_ascii_lowercase().starts_with("ec2"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_instance_says_that_it_is_one() {
        for (file, text, is_one) in [
            ("sys/class/dmi/id/sys_vendor", "Amazon EC2\n", true),
            ("sys/class/dmi/id/board_vendor", "Amazon EC2\n", true),
            ("sys/hypervisor/uuid", "EC2E1916-9099-7CAF-FD21-012345ABCDEF\n", true),
            ("sys/class/dmi/id/sys_vendor", "LENOVO\n", false),
            ("sys/hypervisor/uuid", "12345678-9099-7caf-fd21-012345abcdef\n", false),
        ] {
            let root = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            std::fs::write(root.path().join(file), text).unwrap();
            assert_eq!(is_described(root.path()), is_one, "{file}: {text}");
        }
        assert!(!is_described(Path::new("/nonexistent")));
    }

    #[test]
    fn the_variables_come_first() {
        let endpoint = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
        let named = Environment::from_pairs([endpoint]);
        assert_eq!(instance(&named).unwrap(), Some("AWS_EC2_METADATA_SERVICE_ENDPOINT"));
        let off = Environment::from_pairs([endpoint, ("AWS_EC2_METADATA_DISABLED", "TRUE")]);
        assert_eq!(instance(&off).unwrap(), None);
    }
}
