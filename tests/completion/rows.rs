//! What is typed at TAB, and the words that arrive.

/// What the shells have in common: what is typed, with `⇥` for TAB and `←` for the cursor, and the
/// words that arrive.
pub const ROWS: [(&str, &[&str]); 24] = [
    ("prod⇥", &["production"]),
    ("prod⇥re⇥", &["production", "read"]),
    ("prod⇥ops/⇥", &["production", "ops/deploy"]),
    ("R⇥p⇥", &["R and D", "power.user"]),
    ("R\\ a⇥p⇥", &["R and D", "power.user"]),
    ("'R a⇥", &["R and D"]),
    ("\"R a⇥", &["R and D"]),
    ("'R and D' p⇥", &["R and D", "power.user"]),
    ("\"it's\" x⇥", &["it's", "x=y@z,+"]),
    ("it⇥x⇥", &["it's", "x=y@z,+"]),
    ("a\\&⇥", &["a&b (c) *"]),
    ("k:⇥re⇥", &["k:d:e", "read"]),
    ("k:d:⇥", &["k:d:e"]),
    ("日⇥", &["日本"]),
    ("\\#⇥", &["#1"]),
    ("\\~⇥", &["~t"]),
    ("w⇥", &["wow!"]),
    ("q⇥", &["q=r"]),
    ("'[⇥", &["[z]?;|<>"]),
    ("10⇥", &["100%"]),
    ("1234⇥", &["123456789012"]),
    ("prod read←←←←←⇥", &["production", "read"]),
    ("--region eu-n⇥prod⇥ad⇥", &["--region", "eu-north-1", "production", "admin"]),
    ("stag⇥2", &["staging-2"]),
];

/// In nushell and xonsh a word is begun with another quote, if any, and Enter takes what is marked
/// in a menu before it runs the line.
pub const ROWS_WITHOUT_BACKSLASHES: [(&str, &[&str]); 21] = [
    ("prod⇥", &["production"]),
    ("prod⇥re⇥", &["production", "read"]),
    ("prod⇥ops/⇥", &["production", "ops/deploy"]),
    ("R⇥p⇥", &["R and D", "power.user"]),
    ("'R a⇥", &["R and D"]),
    ("\"R a⇥", &["R and D"]),
    ("'R and D' p⇥", &["R and D", "power.user"]),
    ("\"it's\" x⇥", &["it's", "x=y@z,+"]),
    ("it⇥x⇥", &["it's", "x=y@z,+"]),
    ("a&⇥", &["a&b (c) *"]),
    ("k:d:⇥", &["k:d:e"]),
    ("日⇥", &["日本"]),
    ("'#⇥", &["#1"]),
    ("'~⇥", &["~t"]),
    ("w⇥", &["wow!"]),
    ("q⇥", &["q=r"]),
    ("'[⇥", &["[z]?;|<>"]),
    ("10⇥", &["100%"]),
    ("PROD⇥", &["production"]),
    ("duct⇥", &["production"]),
    ("--region eu-n⇥prod⇥ad⇥", &["--region", "eu-north-1", "production", "admin"]),
];
