//! The regions there are, for people to choose from. What is not listed here is accepted all the
//! same.

use super::partition::Partition;

impl Partition {
    /// The names of its regions, sorted (partitions.json of the AWS SDKs, botocore 1.44).
    pub fn regions(self) -> &'static [&'static str] {
        match self.as_str() {
            "aws" => &COMMERCIAL,
            "aws-cn" => &["cn-north-1", "cn-northwest-1"],
            "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
            "aws-iso" => &["us-iso-east-1", "us-iso-west-1"],
            "aws-iso-b" => &["us-isob-east-1", "us-isob-west-1"],
            "aws-iso-e" => &["eu-isoe-west-1"],
            "aws-iso-f" => &["us-isof-east-1", "us-isof-south-1"],
            "aws-eusc" => &["eusc-de-east-1"],
            _ => &[],
        }
    }
}

/// Every region that is known, of whatever partition.
pub fn known_regions() -> impl Iterator<Item = &'static str> {
    Partition::all().flat_map(|partition| partition.regions().iter().copied())
}

const COMMERCIAL: [&str; 36] = [
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
    "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
    "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
    "me-west-1", "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1", "us-east-2", "us-west-1",
    "us-west-2",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Region;

    #[test]
    fn every_partition_has_its_own_regions() {
        let others =
            ["aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];
        for name in std::iter::once("aws").chain(others) {
            let partition = Partition::parse(name).unwrap();
            assert!(partition.regions().contains(&partition.default_region().as_str()), "{name}");
            assert!(partition.regions().is_sorted());
            for region in partition.regions() {
                assert_eq!(
                    Region::parse("a test", region).unwrap().partition(),
                    partition,
                    "{region}"
                );
            }
        }
    }
}
