//! Where an account lives: regions and partitions.

use std::fmt;

use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

const LONGEST: usize = 32;

/// A region name, well-formed but not necessarily known: `eu-west-1`, `us-gov-west-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// Lower-case words joined by `-`, a number last. The name becomes part of a host name, so
    /// nothing else passes.
    pub fn parse(origin: &str, text: &str) -> Result<Self> {
        if Self::is_shaped(text) {
            return Ok(Self(text.to_owned()));
        }
        // What AWS's tools call a partition without a region is asked there, and signed for it.
        let global = text.strip_suffix("-global").map(Partition::parse);
        if let Some(Ok(partition)) = global {
            return Ok(partition.default_region());
        }
        let error = Error::config(format!(
            "region '{}' from {origin} is not a region name",
            escape_up_to(text, 80)
        ));
        let lower = text.to_ascii_lowercase();
        Err(if Self::is_shaped(&lower) {
            error.hint(format!("region names are lower case: {lower}"))
        } else {
            error.hint("a region looks like eu-west-1")
        })
    }

    pub fn is_shaped(text: &str) -> bool {
        let Some((words, number)) = text.rsplit_once('-') else { return false };
        text.len() <= LONGEST
            && words.contains('-')
            && words
                .split('-')
                .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
            && (1..=2).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that the region's prefix stands for.
    pub fn partition(&self) -> Partition {
        PARTITIONS
            .iter()
            .find(|row| self.0.starts_with(row.prefix))
            .map_or(Partition::default(), |row| Partition(row.name))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Row {
    name: &'static str,
    prefix: &'static str,
    default_region: &'static str,
}

/// Partitions other than `aws`, by the prefix of their regions (AWS General Reference; SDK
/// partitions.json).
const PARTITIONS: [Row; 7] = [
    Row { name: "aws-cn", prefix: "cn-", default_region: "cn-north-1" },
    Row { name: "aws-us-gov", prefix: "us-gov-", default_region: "us-gov-west-1" },
    Row { name: "aws-iso", prefix: "us-iso-", default_region: "us-iso-east-1" },
    Row { name: "aws-iso-b", prefix: "us-isob-", default_region: "us-isob-east-1" },
    Row { name: "aws-iso-e", prefix: "eu-isoe-", default_region: "eu-isoe-west-1" },
    Row { name: "aws-iso-f", prefix: "us-isof-", default_region: "us-isof-south-1" },
    Row { name: "aws-eusc", prefix: "eusc-", default_region: "eusc-de-east-1" },
];

/// A partition of AWS, as the second field of an ARN names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Partition(&'static str);

impl Default for Partition {
    fn default() -> Self {
        Self("aws")
    }
}

impl Partition {
    pub fn parse(text: &str) -> Result<Self> {
        if text == "aws" {
            return Ok(Self::default());
        }
        PARTITIONS.iter().find(|row| row.name == text).map(|row| Self(row.name)).ok_or_else(|| {
            let known: Vec<&str> = PARTITIONS.iter().map(|row| row.name).collect();
            Error::config(format!("partition '{}' is not known", escape_up_to(text, 80)))
                .hint(format!("known partitions: aws, {}", known.join(", ")))
        })
    }

    /// All of them, `aws` first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::default()).chain(PARTITIONS.iter().map(|row| Self(row.name)))
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Where STS is asked when no region is known.
    pub fn default_region(self) -> Region {
        let name = PARTITIONS
            .iter()
            .find(|row| row.name == self.0)
            .map_or("us-east-1", |row| row.default_region);
        Region(name.to_owned())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_shapes() {
        for right in
            ["us-east-1", "us-gov-west-1", "mars-north-1", "ap-southeast-12", "eusc-de-east-1"]
        {
            assert!(Region::is_shaped(right), "{right}");
        }
        for wrong in [
            "", "read", "US-EAST-1", "us-east", "us-east-1.evil.test", "us-east-1/x", "us--1",
            "us-east-1#",
        ] {
            assert!(!Region::is_shaped(wrong), "{wrong}");
        }
        for (global, region) in [
            ("aws-global", "us-east-1"),
            ("aws-us-gov-global", "us-gov-west-1"),
            ("aws-cn-global", "cn-north-1"),
        ] {
            assert_eq!(Region::parse("a test", global).unwrap().as_str(), region);
        }
        assert!(Region::parse("a test", "moon-global").is_err());
        assert!(
            Region::parse("the command line", "US-EAST-1")
                .unwrap_err()
                .to_string()
                .contains("us-east-1")
        );
    }

    #[test]
    fn partitions_follow_the_region() {
        for (region, partition) in
            [("us-gov-east-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")]
        {
            assert_eq!(Region::parse("a test", region).unwrap().partition().as_str(), partition);
        }
        for row in &PARTITIONS {
            let partition = Partition::parse(row.name).unwrap();
            assert_eq!(partition.default_region().partition(), partition);
        }
    }
}
