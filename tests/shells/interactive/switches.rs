//! Into roles: with a code that is typed, without one, in other shells, back and forth, and
//! refused.

use super::{Seat, in_each, session_of};
use crate::scenes::bastion;
use crate::support::shells::Shell;

#[test]
fn a_typed_code_serves_every_role_in_every_shell() {
    in_each(|first| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, first);
        let said = seat.types_with_code("assume-role production read");
        assert_eq!(said.status, 0, "{first:?}: {}", said.text);
        assert!(
            said.text.contains("production:read (123456789012) for 1h"),
            "{first:?}: {}",
            said.text
        );
        assert_eq!(seat.who(), session_of("read"), "{first:?}");
        let said = seat.does("assume-role production ops/deploy");
        assert!(said.contains("production:ops/deploy"), "{first:?}: {said}");
        assert_eq!(seat.who(), session_of("deploy"), "{first:?}");
        in_each(|other| {
            let mut seat = Seat::take(&scene, other);
            assert!(
                !seat.environment().contains_key("AWS_ACCESS_KEY_ID"),
                "{other:?} after {first:?}"
            );
            seat.does("assume-role production admin");
            assert_eq!(seat.who(), session_of("admin"), "{other:?} after {first:?}");
        });
        let asked = ["GetSessionToken", "AssumeRole"].map(|action| scene.sts.count(action));
        assert_eq!((scene.codes_sent(), asked), (1, [1, 3]), "{first:?}");
    });
}

#[test]
fn a_refused_role_changes_nothing() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        let before = seat.environment();
        let said = seat.types_with_code("assume-role production no-such");
        assert_eq!((said.status, seat.environment()), (4, before), "{shell:?}: {}", said.text);
        seat.does("assume-role production read");
        let before = seat.environment();
        let said = seat.types("assume-role production no-such");
        assert!(said.text.contains("production:no-such was refused"), "{shell:?}: {}", said.text);
        assert_eq!((said.status, seat.environment()), (4, before), "{shell:?}: {}", said.text);
        assert_eq!(seat.types("assume-role nowhere read").status, 3, "{shell:?}");
        assert_eq!(seat.who(), session_of("read"), "{shell:?}");
    });
}

#[test]
fn a_dash_goes_back_and_forth() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        let said = seat.types("assume-role -");
        assert_eq!(said.status, 2, "{shell:?}: {}", said.text);
        assert!(
            said.text.contains("this shell had no other role before"),
            "{shell:?}: {}",
            said.text
        );
        seat.types_with_code("assume-role production read");
        seat.does("assume-role production admin");
        for role in ["read", "admin"] {
            seat.does("assume-role -");
            assert_eq!(seat.who(), session_of(role), "{shell:?}");
        }
    });
}

#[test]
fn time_is_ensured_or_the_status_says_not() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        let said = seat.types("assume-role ensure 45m");
        assert_eq!(said.status, 7, "{shell:?}: {}", said.text);
        assert!(said.text.contains("this shell has no role to renew"), "{shell:?}: {}", said.text);
        seat.types_with_code("assume-role production read");
        let before = seat.environment();
        assert_eq!(seat.does("assume-role ensure 45m"), "", "{shell:?}");
        assert_eq!(seat.types("assume-role ensure 2h").status, 7, "{shell:?}");
        assert_eq!(seat.environment(), before, "{shell:?}");
        seat.does(&seat.exporting("ASSUME_ROLE_EXPIRES", "1"));
        seat.does("assume-role ensure 10m");
        assert_eq!(seat.environment(), before, "{shell:?}: the stored session is long enough");
        assert_eq!(scene.codes_sent(), 1, "{shell:?}");
    });
}

#[test]
fn a_read_only_variable_is_named() {
    for shell in [Shell::Bash, Shell::Zsh].into_iter().filter(|shell| shell.find().is_some()) {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        seat.does("readonly AWS_ACCOUNT_ROLE");
        let before = seat.environment();
        let said = seat.types("assume-role production admin");
        let told = "assume-role: AWS_ACCOUNT_ROLE is read-only in this shell; nothing was changed";
        assert!(said.text.contains(told), "{shell:?}: {}", said.text);
        assert_eq!((said.status, seat.environment()), (9, before), "{shell:?}: {}", said.text);
    }
}
