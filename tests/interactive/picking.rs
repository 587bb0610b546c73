//! `assume-role` alone, at a real shell.

use super::{PROMPT, Seat, in_each, session_of};
use crate::scenes::{PRODUCTION, bastion};

#[test]
fn the_shell_becomes_what_was_picked() {
    in_each(|shell| {
        let scene = bastion();
        let accounts =
            format!(r#"{{"production": {{"id": "{PRODUCTION}", "roles": ["read", "admin", "ops/deploy"]}}}}"#);
        scene.world.accounts(&accounts).unwrap();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        let before = seat.environment();
        seat.tmux.begin("assume-role").unwrap();
        seat.tmux.wait_for("assume role:").unwrap();
        seat.tmux.press("Escape").unwrap();
        let said = seat.tmux.finish().unwrap();
        assert_eq!((said.status, seat.environment()), (130, before), "{shell:?}: {}", said.text);
        seat.tmux.begin("assume-role").unwrap();
        seat.tmux.wait_for("> production  read").unwrap();
        seat.tmux.type_text("adm").unwrap();
        seat.tmux.wait_for("> production  admin").unwrap();
        seat.tmux.press("Enter").unwrap();
        let said = seat.tmux.finish().unwrap();
        assert_eq!(said.status, 0, "{shell:?}: {}", said.text);
        assert_eq!(seat.who(), session_of("admin"), "{shell:?}");
        // What stood on the screen before is there again.
        assert!(seat.tmux.screen().unwrap().contains(&format!("{PROMPT} assume-role production read")), "{shell:?}");
    });
}
