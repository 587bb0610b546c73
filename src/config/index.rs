//! Things in an order that is quick to make and to search by name.
//!
//! Ten thousand names that begin alike are slow to sort and a map of them is slow to fill; their
//! hashes are neither.

/// Things sorted by the hash of their names, those of one name together in their own order.
#[derive(Debug)]
pub(super) struct ByName<T> {
    hashes: Vec<u64>,
    things: Vec<T>,
}

impl<T: Copy + Ord> ByName<T> {
    pub(super) fn new<'a>(named: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let mut named: Vec<(u64, &str, T)> =
            named.into_iter().map(|(name, thing)| (hash_of(name), name, thing)).collect();
        named.sort_unstable();
        let (hashes, things) = named.into_iter().map(|(hash, _, thing)| (hash, thing)).unzip();
        Self { hashes, things }
    }

    /// The things of one name, in their own order. `name_of` must say what it said when they were
    /// sorted.
    pub(super) fn find<'a>(&self, name: &str, name_of: impl Fn(T) -> &'a str) -> &[T] {
        let hash = hash_of(name);
        let start = self.hashes.partition_point(|&other| other < hash);
        let same_hash =
            self.hashes.get(start..).unwrap_or_default().partition_point(|&other| other == hash);
        let things = self.things.get(start..start + same_hash).unwrap_or_default();
        // Two names with one hash are in the order of the names.
        let before = things.partition_point(|&thing| name_of(thing) < name);
        let same = things.get(before..).unwrap_or_default();
        same.get(..same.partition_point(|&thing| name_of(thing) == name)).unwrap_or_default()
    }

    pub(super) fn each<'a>(&self, name_of: impl Fn(T) -> &'a str) -> impl Iterator<Item = &[T]> {
        let same = move |one: usize, other: usize| {
            self.hashes.get(one) == self.hashes.get(other)
                && match (self.things.get(one), self.things.get(other)) {
                    (Some(&one), Some(&other)) => name_of(one) == name_of(other),
                    _ => false,
                }
        };
        let mut start = 0;
        std::iter::from_fn(move || {
            let first = start;
            while start < self.things.len() && (start == first || same(first, start)) {
                start += 1;
            }
            self.things.get(first..start).filter(|group| !group.is_empty())
        })
    }
}

/// Whether no name is there twice. Sorted hashes say so sooner than sorted names; in doubt it is
/// `false`.
pub(super) fn are_distinct<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut hashes: Vec<u64> = names.map(hash_of).collect();
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair.first() != pair.last())
}

/// FNV-1a. Names made to collide cost nothing, since they are sorted, not put into
/// buckets.
fn hash_of(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_by_name_in_their_own_order() {
        let names = ["b", "a", "b", "", "c", "b"];
        let name_of = |index: usize| names[index];
        let by_name = ByName::new(names.into_iter().zip(0..));
        for (name, found) in
            [("a", vec![1]), ("b", vec![0, 2, 5]), ("", vec![3]), ("c", vec![4]), ("d", vec![])]
        {
            assert_eq!(by_name.find(name, name_of), found, "{name}");
        }
        let mut groups: Vec<&[usize]> = by_name.each(name_of).collect();
        groups.sort_unstable();
        assert_eq!(groups, [&[0, 2, 5][..], &[1], &[3], &[4]]);
        assert!(!are_distinct(names.into_iter()));
        assert!(are_distinct(["b", "a", ""].into_iter()));
        assert!(are_distinct(std::iter::empty()));
    }
}
