//! Letters that most fonts draw as one of ASCII, for names that could pass as another.

/// What Unicode's list of confusable characters has beside letters of ASCII, as far as the alphabets of
/// people go: Greek, Cyrillic, Armenian, Roman numerals, dashes and dots.
const PAIRS: &str = "\u{251}a\u{261}g\u{3b1}a\u{3b3}y\u{3b9}i\u{3ba}k\u{3bd}v\u{3bf}o\u{3c1}p\u{3c5}u\u{3c7}x\
    \u{391}A\u{392}B\u{395}E\u{396}Z\u{397}H\u{399}I\u{39a}K\u{39c}M\u{39d}N\u{39f}O\u{3a1}P\u{3a4}T\u{3a5}Y\u{3a7}X\
    \u{430}a\u{433}r\u{435}e\u{43a}k\u{43e}o\u{440}p\u{441}c\u{443}y\u{445}x\u{455}s\u{456}i\u{458}j\u{475}v\u{4bb}h\
    \u{4cf}l\u{501}d\u{51b}q\u{51d}w\u{405}S\u{406}I\u{408}J\u{410}A\u{412}B\u{415}E\u{41a}K\u{41c}M\u{41d}H\u{41e}O\
    \u{420}P\u{421}C\u{422}T\u{425}X\u{4ae}Y\u{4c0}I\u{50c}G\u{51a}Q\u{51c}W\u{570}h\u{578}n\u{57d}u\u{581}g\u{585}o\
    \u{2170}i\u{2174}v\u{2179}x\u{217c}l\u{217d}c\u{217e}d\u{217f}m\u{2010}-\u{2011}-\u{2012}-\u{2013}-\u{2014}-\
    \u{2212}-\u{2024}.\u{2044}/\u{2215}/\u{2236}:\u{a0} ";

/// What a name in other letters looks like, and the name with those letters escaped. A name in an alphabet
/// of its own, some of whose letters look like ours, is only itself.
pub(crate) fn looks_like(name: &str) -> Option<(String, String)> {
    if name.is_ascii() {
        return None;
    }
    let seen: String = name.chars().map(seen_as).collect();
    let is_latin = |letter: char| u32::from(letter) < 0x250;
    if seen == name || !seen.chars().all(is_latin) {
        return None;
    }
    let spelt = |letter: char| match seen_as(letter) == letter {
        true => letter.to_string(),
        false => letter.escape_unicode().to_string(),
    };
    Some((seen, name.chars().map(spelt).collect()))
}

fn seen_as(letter: char) -> char {
    let code = u32::from(letter);
    let from = |first: char, at: u32| char::from_u32(u32::from(first) + at).unwrap_or(letter);
    match code {
        // As wide as a letter of Chinese; and the styles of mathematics, one alphabet after the other.
        0xFF01..=0xFF5E => from('!', code - 0xFF01),
        0x1D400..=0x1D6A3 => match (code - 0x1D400) % 52 {
            at @ 0..26 => from('A', at),
            at => from('a', at - 26),
        },
        0x1D7CE..=0x1D7FF => from('0', (code - 0x1D7CE) % 10),
        _ => {
            let mut pairs = PAIRS.chars();
            while let (Some(other), Some(ascii)) = (pairs.next(), pairs.next()) {
                if other == letter {
                    return ascii;
                }
            }
            letter
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_one() {
        let letters: Vec<char> = PAIRS.chars().collect();
        for pair in letters.chunks(2) {
            assert!(!pair[0].is_ascii() && pair[1].is_ascii(), "{pair:?}");
        }
    }

    #[test]
    fn a_name_that_could_pass_as_another_is_spelt_out() {
        for (name, seen, shown) in [
            ("pr\u{43e}d", "prod", "pr\\u{43e}d"),
            ("\u{441}\u{43e}\u{440}\u{435}", "cope", "\\u{441}\\u{43e}\\u{440}\\u{435}"),
            ("\u{ff50}rod", "prod", "\\u{ff50}rod"),
            ("\u{1d42b}\u{1d7d8}", "r0", "\\u{1d42b}\\u{1d7d8}"),
            ("prod\u{2013}eu", "prod-eu", "prod\\u{2013}eu"),
            ("Z\u{fc}rich-\u{440}", "Z\u{fc}rich-p", "Z\u{fc}rich-\\u{440}"),
            ("\u{39f}\u{3a1}", "OP", "\\u{39f}\\u{3a1}"),
        ] {
            assert_eq!(looks_like(name), Some((seen.to_owned(), shown.to_owned())));
        }
    }

    #[test]
    fn a_name_in_its_own_alphabet_is_itself() {
        for name in [
            "prod", "Zürich", "Kırıkkale", "\u{43f}\u{440}\u{43e}\u{434}", "日本", "한국", "Ελλάδα",
        ] {
            assert_eq!(looks_like(name), None, "{name}");
        }
    }
}
