//! The regions that are known here are those of botocore's data, with the newest ones besides.

use std::collections::BTreeSet;
use std::process::Command;

use assume_role::testing::types::known_regions;

use super::moto::python_path;

/// Regions that are newer than the botocore of the tests.
const NEWER: [&str; 2] = ["me-west-1", "sa-west-1"];

#[test]
fn the_regions_are_those_of_botocore() {
    let Some(python) = python_path() else { return };
    let script = "import botocore.session\n\
        data = botocore.session.get_session().get_component('data_loader').load_data('partitions')\n\
        print(*(region for part in data['partitions'] for region in part['regions']))";
    let output = Command::new(python).args(["-c", script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let theirs: BTreeSet<&str> =
        text.split_whitespace().filter(|region| !region.ends_with("-global")).collect();
    let ours: BTreeSet<&str> = known_regions().collect();
    assert!(theirs.len() > 40, "{theirs:?}");
    assert_eq!(theirs.difference(&ours).collect::<Vec<_>>(), Vec::<&&str>::new());
    let besides: Vec<&&str> = ours.difference(&theirs).collect();
    assert!(besides.iter().all(|region| NEWER.contains(region)), "{besides:?}");
}
