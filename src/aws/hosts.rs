//! The hosts of each partition.

use crate::types::Partition;

pub(super) struct Hosts {
    pub suffix: &'static str,
    /// The suffix of hosts with IPv6 addresses.
    pub dual_stack: &'static str,
    /// IAM is global in each partition, and its calls are signed for one region.
    pub iam: (&'static str, &'static str),
    pub sign_in: &'static str,
    pub console: &'static str,
}

/// Where there is no sign-in host for the whole partition, that of its first region (AWS General
/// Reference, endpoints of IAM and of AWS Sign-In; partitions.json and the endpoint rules of the
/// SDKs).
pub(super) fn hosts(partition: Partition) -> Hosts {
    let (suffix, dual_stack, iam, sign_in, console) = match partition.as_str() {
        "aws-cn" => (
            "amazonaws.com.cn",
            "api.amazonwebservices.com.cn",
            ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            "signin.amazonaws.cn",
            "console.amazonaws.cn",
        ),
        "aws-us-gov" => (
            "amazonaws.com",
            "api.aws",
            ("iam.us-gov.amazonaws.com", "us-gov-west-1"),
            "signin.amazonaws-us-gov.com",
            "console.amazonaws-us-gov.com",
        ),
        "aws-iso" => (
            "c2s.ic.gov",
            "api.aws.ic.gov",
            ("iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            "signin.c2shome.ic.gov",
            "console.c2shome.ic.gov",
        ),
        "aws-iso-b" => (
            "sc2s.sgov.gov",
            "api.aws.scloud",
            ("iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
            "signin.sc2shome.sgov.gov",
            "console.sc2shome.sgov.gov",
        ),
        "aws-iso-e" => (
            "cloud.adc-e.uk",
            "api.cloud-aws.adc-e.uk",
            ("iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"),
            "eu-isoe-west-1.signin.csphome.adc-e.uk",
            "console.csphome.adc-e.uk",
        ),
        "aws-iso-f" => (
            "csp.hci.ic.gov",
            "api.aws.hci.ic.gov",
            ("iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1"),
            "us-isof-south-1.signin.csphome.hci.ic.gov",
            "console.csphome.hci.ic.gov",
        ),
        "aws-eusc" => (
            "amazonaws.eu",
            "api.amazonwebservices.eu",
            ("iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
            "eusc-de-east-1.signin.amazonaws-eusc.eu",
            "console.amazonaws-eusc.eu",
        ),
        _ => (
            "amazonaws.com",
            "api.aws",
            ("iam.amazonaws.com", "us-east-1"),
            "us-east-1.signin.aws.amazon.com",
            "console.aws.amazon.com",
        ),
    };
    Hosts { suffix, dual_stack, iam, sign_in, console }
}
