//! Things in an order that is quick to make and to search by name.
//!
//! Ten thousand names that begin alike are slow to sort and a map of them is slow to fill; numbers are
//! neither.

/// The positions of names, those of one name together in their own order.
#[derive(Debug)]
pub(super) struct ByName {
    /// The upper half of each hash with the position below it, sorted.
    keys: Vec<u64>,
    positions: Vec<usize>,
}

const UPPER: u64 = !0 << 32;

impl ByName {
    /// `name_of` says which name is at a position.
    pub(super) fn new<'a>(
        positions: impl Iterator<Item = usize>,
        name_of: impl Fn(usize) -> &'a str,
    ) -> Self {
        let key = |at| (hash_of(name_of(at)) & UPPER) | (at as u64 & !UPPER);
        let mut keys: Vec<u64> = positions.map(key).collect();
        keys.sort_unstable();
        // Two names with one hash are in the order of the names.
        for same in keys.chunk_by_mut(|one, other| (one ^ other) & UPPER == 0) {
            if same.len() > 1 {
                same.sort_by_key(|&key| name_of(position(key)));
            }
        }
        let positions = keys.iter().map(|&key| position(key)).collect();
        Self { keys, positions }
    }

    /// The positions of one name, in their own order. `name_of` must say what it said when they were
    /// sorted.
    pub(super) fn find<'a>(&self, name: &str, name_of: impl Fn(usize) -> &'a str) -> &[usize] {
        let hash = hash_of(name) & UPPER;
        let start = self.keys.partition_point(|&key| key < hash);
        let rest = self.keys.get(start..).unwrap_or_default();
        let same_hash = rest.partition_point(|&key| key & UPPER == hash);
        let all = self.positions.get(start..start + same_hash).unwrap_or_default();
        let before = all.partition_point(|&at| name_of(at) < name);
        let same = all.get(before..).unwrap_or_default();
        same.get(..same.partition_point(|&at| name_of(at) == name)).unwrap_or_default()
    }

    pub(super) fn each<'a>(
        &self,
        name_of: impl Fn(usize) -> &'a str,
    ) -> impl Iterator<Item = &[usize]> {
        let same = move |one: &u64, other: &u64| {
            (one ^ other) & UPPER == 0 && name_of(position(*one)) == name_of(position(*other))
        };
        let mut rest = self.positions.as_slice();
        self.keys.chunk_by(same).filter_map(move |keys| rest.split_off(..keys.len()))
    }
}

fn position(key: u64) -> usize {
    usize::try_from(key & !UPPER).unwrap_or(usize::MAX)
}

/// Whether no name is there twice; in doubt it is `false`.
pub(super) fn are_distinct<'a>(names: impl Iterator<Item = &'a str> + Clone) -> bool {
    names.clone().is_sorted_by(|one, other| one < other) || {
        let mut hashes: Vec<u64> = names.map(hash_of).collect();
        hashes.sort_unstable();
        hashes.windows(2).all(|pair| pair.first() != pair.last())
    }
}

/// FNV-1a. Names made to collide cost nothing, since they are sorted, not put into buckets.
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
        let by_name = ByName::new(0..names.len(), name_of);
        for (name, found) in
            [("a", vec![1]), ("b", vec![0, 2, 5]), ("", vec![3]), ("c", vec![4]), ("d", vec![])]
        {
            assert_eq!(by_name.find(name, name_of), found, "{name}");
        }
        let mut groups: Vec<&[usize]> = by_name.each(name_of).collect();
        groups.sort_unstable();
        assert_eq!(groups, [&[0, 2, 5][..], &[1], &[3], &[4]]);
    }

    #[test]
    fn names_of_one_hash_are_told_apart() {
        // Their upper halves are the same.
        let names = ["cddlmj", "bhbljd", "cddlmj", "bhbljd"];
        assert_eq!(hash_of(names[0]) & UPPER, hash_of(names[1]) & UPPER);
        let by_name = ByName::new(0..names.len(), |at| names[at]);
        for (at, name) in names.iter().enumerate().take(2) {
            assert_eq!(by_name.find(name, |at| names[at]), [at, at + 2]);
        }
        assert_eq!(by_name.each(|at| names[at]).count(), 2);
    }

    #[test]
    fn names_that_are_there_once() {
        for (names, distinct) in [
            (&["b", "a", "b"][..], false),
            (&["b", "a", ""], true),
            (&["a", "a"], false),
            (&[], true),
        ] {
            assert_eq!(are_distinct(names.iter().copied()), distinct, "{names:?}");
        }
    }
}
