//! Config and credentials files as people, programs and accidents write them: mostly plain, each
//! with a few oddities, the same in every run.

/// Numbers that look random and are the same in every run (xorshift64*, Vigna 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

/// Keys below a key that stands alone.
pub const PARENTS: [&str; 2] = ["s3", "sts"];
pub const CHILDREN: [&str; 4] = ["addressing_style", "endpoint_url", "max", "retries"];

const NAMES: [&str; 8] = ["a", "b", "prod", "Prod", "dev-1", "team.x/y", "k:e+2@z", "default"];
const HEADERS: [&str; 16] = [
    "[profile \"NAME\"]", "[profile 'NAME']", "[profile NAME two]", "[profile \"NAME two\"]",
    "[profile 'it'\"'\"'s']", "[profile 日本]", "[ profile NAME ]", "[profile  NAME\t]",
    "[profile NAME] # note", "[profile NAME]; see [b]", "[profile NAME] junk", "[profile NAME",
    "  [profile NAME]", "[NAME]", "[profilefoo other]", "[DEFAULT]",
];
const OTHER_HEADERS: [&str; 5] =
    ["[default]", "[profile default]", "[sso-session NAME]", "[services NAME]", "[preview]"];
const CREDENTIAL_HEADERS: [&str; 7] = [
    "[ NAME ]", "[\"NAME\"]", "[NAME two]", "[日本]", "[profile NAME]", "[NAME] # note",
    "[sso-session NAME]",
];
const KEYS: [&str; 6] =
    ["region", "output", "role_arn", "source_profile", "mfa_serial", "cli_pager"];
const VALUES: [&str; 10] = [
    "eu-west-1",
    "json",
    "arn:aws:iam::111111111111:role/ops/read",
    "a",
    "x = y",
    "\"quoted\"",
    "it's",
    "100%",
    "日本",
    "C:\\dir\\$HOME",
];
const ODD_LINES: [&str; 24] = [
    "region = eu-west-1 # note",
    "region = eu-west-1#part",
    "output = json\t; note",
    "credential_process = '/opt/a b' --x=1 ; echo # y",
    "Region=us-east-1",
    "ROLE_ARN \t=\targ  ",
    "output: text",
    "output: a=b",
    "empty =",
    "in valid = 1",
    "schlüssel = wert",
    "= value",
    "broken",
    "  indented = 1",
    "long = first\n  second",
    "long = first # note\n\tsecond # part\n",
    "long = first\n\n  second",
    "long = first\n# note\n  second",
    "long = first\n  # note\n  second",
    "s3 =\n  addressing_style = path\n  max = 1",
    "sts =\n    endpoint_url = http://127.0.0.1:1/?a=b\n\n    retries = 2 # x",
    "s3 =\n  addressing_style = path\n  # max = 1\n",
    "s3 =\n  broken",
    "blank = end\u{a0}",
];
const FILLING: [&str; 5] = ["", "# note", "; note", " \t", "#x = y"];

/// A config and a credentials file, the number of which is the seed.
pub fn files(number: u64) -> (String, String) {
    let mut dice = Dice::new(number + 1);
    // Every fifth pair is plain: there the readers have to agree.
    let mut oddities = if number.is_multiple_of(5) { 0 } else { 1 + dice.roll(3) };
    let config = file(&mut dice, &mut oddities, true);
    let credentials =
        if dice.roll(3) == 0 { String::new() } else { file(&mut dice, &mut oddities, false) };
    let (config, credentials) = (as_written(&mut dice, config, &mut oddities), credentials);
    (config, credentials)
}

fn file(dice: &mut Dice, oddities: &mut usize, is_config: bool) -> String {
    let mut text = String::new();
    let mut names: Vec<&str> = NAMES.to_vec();
    for _ in 0..1 + dice.roll(5) {
        let name = names.remove(dice.roll(names.len()));
        let plain = match (is_config, name) {
            (true, "default") => "[default]",
            (true, _) => "[profile NAME]",
            (false, _) => "[NAME]",
        };
        let header = match (is_odd(dice, oddities), is_config) {
            (true, true) if dice.roll(3) == 0 => dice.one(&OTHER_HEADERS),
            (true, true) => dice.one(&HEADERS),
            (true, false) => dice.one(&CREDENTIAL_HEADERS),
            (false, _) => plain,
        };
        push(&mut text, &header.replace("NAME", name));
        let mut keys: Vec<&str> = KEYS.to_vec();
        for _ in 0..dice.roll(5) {
            if dice.roll(6) == 0 {
                push(&mut text, dice.one(&FILLING));
            }
            if is_odd(dice, oddities) {
                push(&mut text, dice.one(&ODD_LINES));
            } else {
                let key = keys.remove(dice.roll(keys.len()));
                let equals = dice.one(&["=", " = ", " =", "\t=\t"]);
                push(&mut text, &format!("{key}{equals}{}", dice.one(&VALUES)));
            }
        }
        // Now and then a section stands twice.
        if is_odd(dice, oddities) && dice.roll(3) == 0 {
            push(&mut text, &format!("{}\nregion = twice", plain.replace("NAME", name)));
        }
    }
    text
}

fn is_odd(dice: &mut Dice, oddities: &mut usize) -> bool {
    let odd = *oddities > 0 && dice.roll(4) == 0;
    *oddities -= usize::from(odd);
    odd
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The same with the line ends and the beginning that some editor gives it.
fn as_written(dice: &mut Dice, text: String, oddities: &mut usize) -> String {
    match dice.roll(10) {
        0 | 1 => text.replace('\n', "\r\n"),
        2 => text.trim_end().to_owned(),
        3 if is_odd(dice, oddities) => format!("\u{feff}{text}"),
        4 if is_odd(dice, oddities) => format!("region = above\n{text}"),
        5..=7 if is_odd(dice, oddities) => text.replacen("\noutput", "\routput", 1),
        _ => text,
    }
}
