use super::*;

const HERE: &str = "~/.aws/config";

fn name(text: &str) -> Name {
    Name::parse("profile", text).unwrap()
}

fn put_in(
    file: FileKind,
    bytes: &[u8],
    profile: &str,
    entries: &[(&'static str, &str)],
) -> Result<Vec<u8>> {
    let entries: Vec<_> = entries.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    edit(file, bytes, &[NewProfile { name: &name(profile), entries: &entries }], &[], HERE)
}

fn put_text(text: &str, profile: &str) -> String {
    String::from_utf8(
        put_in(FileKind::Config, text.as_bytes(), profile, &[("role_arn", "r")]).unwrap(),
    )
    .unwrap()
}

#[test]
fn written_at_the_end_as_the_file_ends() {
    let mark = "# Written by assume-role; to take it away: assume-role profile remove x";
    assert_eq!(put_text("", "x"), format!("[profile x]\n{mark}\nrole_arn = r\n"));
    assert_eq!(put_text("[a]\n", "x"), format!("[a]\n\n[profile x]\n{mark}\nrole_arn = r\n"));
    assert_eq!(put_text("[a]", "x"), format!("[a]\n\n[profile x]\n{mark}\nrole_arn = r"));
    assert_eq!(
        put_text("[a]\r\n", "x"),
        format!("[a]\r\n\r\n[profile x]\r\n{mark}\r\nrole_arn = r\r\n")
    );
    assert_eq!(put_text("\u{feff}", "x"), format!("\u{feff}[profile x]\n{mark}\nrole_arn = r\n"));
}

#[test]
fn names_as_the_aws_cli_reads_them() {
    for (profile, in_config, in_credentials) in [
        ("a b", "[profile \"a b\"]\n", Some("[a b]\n")),
        ("o'brien", "[profile \"o'brien\"]\n", None),
        ("prod:read", "[profile prod:read]\n", Some("[prod:read]\n")),
        ("日本", "[profile 日本]\n", Some("[日本]\n")),
    ] {
        let of = |file| {
            put_in(file, b"", profile, &[("region", "x")])
                .map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert!(of(FileKind::Config).unwrap().starts_with(in_config), "{profile}");
        match in_credentials {
            Some(header) => {
                assert!(of(FileKind::Credentials).unwrap().starts_with(header), "{profile}");
            }
            None => assert!(of(FileKind::Credentials).is_err(), "{profile}"),
        }
    }
    for wrong in ["a]b", "a[b", "a #b", "a;b"] {
        assert!(put_in(FileKind::Config, b"", wrong, &[("region", "x")]).is_err(), "{wrong}");
    }
    // To the reader of credentials this would be a header of the other file.
    assert!(put_in(FileKind::Credentials, b"", "profile x", &[("region", "x")]).is_err());
}

#[test]
fn values_that_readers_cut_are_refused() {
    for value in ["", " x", "x ", "a\nb", "'/a #b'", "a ;b", "a\t#b"] {
        assert!(
            put_in(FileKind::Config, b"", "x", &[("credential_process", value)]).is_err(),
            "{value:?}"
        );
    }
}

#[test]
fn a_section_that_is_there_keeps_its_other_settings() {
    let before = "[profile x]\nrole_arn = old\noutput = json\ns3 =\n  addressing_style = path\n# mine\nexternal_id = a\n  b\n\n# next\n[b]\nk = v\n";
    let after = put_text(before, "x");
    let expected = "[profile x]\n# Written by assume-role; to take it away: assume-role profile remove x\nrole_arn = r\noutput = json\ns3 =\n  addressing_style = path\n# mine\n\n# next\n[b]\nk = v\n";
    assert_eq!(after, expected);
    assert_eq!(put_text(&after, "x"), expected, "the second time changes nothing");
}

#[test]
fn what_is_there_is_described() {
    let text = b"[x]\naws_access_key_id = AKIAEXAMPLE1234\n\n[y]\naws_access_key_id = ASIAEXAMPLE1234\naws_session_token = t\n";
    let of = |name| ProfileFile::new(FileKind::Credentials, text, HERE).find(name).unwrap();
    let (x, y) = (of("x").unwrap(), of("y").unwrap());
    assert_eq!((x.line, x.is_ours, x.long_lived.as_deref()), (1, false, Some("1234")));
    assert_eq!((y.line, y.long_lived), (4, None));
    assert!(of("z").is_none());
    let old = b"[x]\naws_access_key_id = AKIAEXAMPLE1234\naws_security_token = t\n";
    let x = ProfileFile::new(FileKind::Credentials, old, HERE).find("x").unwrap();
    assert_eq!(x.unwrap().long_lived, None, "the old name of the token counts");
}

#[test]
fn no_secret_is_copied() {
    for key in [SECRET, OLD_SECRET, "aws_session_token", "AWS_Security_Token"] {
        let text = format!("[profile x]\n{key} = s\n[profile y]\nregion = r\n");
        let file = |names: &[&str]| {
            without(TextFile { text: text.clone(), shown: HERE.into(), warning: None }, names)
        };
        assert!(file(&["y"]).unwrap_err().message.contains("would be copied"), "{key}");
        assert!(!file(&["x"]).unwrap().0.contains("= s"), "{key}");
    }
}

#[test]
fn a_section_that_stands_twice_is_refused() {
    let error = put_in(
        FileKind::Config,
        b"[profile x]\na=1\n[b]\n[ profile x ]\n",
        "x",
        &[("region", "r")],
    )
    .unwrap_err();
    assert!(error.to_string().contains("line 1 and in line 4"), "{error}");
}

#[test]
fn only_what_we_wrote_is_ours() {
    let text = put_text("[profile a]\nrole_arn = r\n", "x");
    let file = ProfileFile::new(FileKind::Config, text.as_bytes(), HERE);
    assert_eq!(file.ours().collect::<Vec<_>>(), ["x"]);
}

fn cut(text: &str, names: &[&str]) -> Result<(String, bool)> {
    without(TextFile { shown: "~/.aws/config".into(), text: text.to_owned(), warning: None }, names)
}

#[test]
fn sections_go_with_all_their_lines() {
    let text = "# top\n[default]\nregion = a\n[profile \"b c\"]\nx = 1\n  [profile d]\n# y\n[profile d]\r\nz = 2\n\
                [sso-session d]\nq = 3\n[profile d]\nagain = 4";
    let rest = "# top\n[default]\nregion = a\n[profile \"b c\"]\nx = 1\n  [profile d]\n# y\n[sso-session d]\nq = 3\n";
    assert_eq!(cut(text, &["d"]).unwrap(), (rest.to_owned(), true));
    assert_eq!(cut(text, &["none"]).unwrap(), (text.to_owned(), false));
    let (rest, _) = cut(text, &["default", "b c", "d"]).unwrap();
    assert_eq!(rest, "# top\n[sso-session d]\nq = 3\n");
}

#[test]
fn secrets_are_not_copied() {
    let text = "[profile a]\naws_access_key_id = AKIA\nAWS_SECRET_ACCESS_KEY = x\n";
    let refusal = cut(text, &["b"]).unwrap_err();
    assert!(refusal.message.starts_with("~/.aws/config:3: "), "{refusal}");
    assert_eq!(cut(text, &["a"]).unwrap().0, "");
}
