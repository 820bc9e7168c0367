//! RELEASE-CLIENTS.

use tuf_ceremony::checks::clients::{Foreseen, Past, release_clients};
use tuf_ceremony::checks::{Check, Outcome};
use tuf_ceremony::tuf::client::Profile;

fn foreseen(profile: Profile, from: i64, refused: Option<&str>, lost_before: bool) -> Foreseen {
    Foreseen {
        profile,
        from,
        past: Past::Fresh,
        refused: refused.map(str::to_owned),
        short: false,
        lost_before,
    }
}

#[test]
fn a_release_that_an_own_client_refuses_is_refused() {
    for profile in [Profile::Strict, Profile::Lenient] {
        let all = [
            foreseen(Profile::Strict, 1, None, false),
            foreseen(profile, 2, Some("2.root.json: it is odd"), false),
        ];
        let finding = release_clients(&all);
        assert_eq!(finding.check, Check::ReleaseClients);
        assert!(finding.refuses());
        let name = profile.name();
        let what = format!("a {name} client that starts from root 2 refuses: 2.root.json: it is odd");
        assert_eq!(finding.trouble().unwrap().what, what);
    }
}

#[test]
fn what_was_refused_before_the_release_is_a_warning() {
    let all = [
        foreseen(Profile::Strict, 1, Some("the trusted root: it is old"), true),
        foreseen(Profile::Strict, 2, None, false),
        foreseen(Profile::Lenient, 1, None, false),
    ];
    let finding = release_clients(&all);
    assert!(matches!(finding.outcome, Outcome::Warn(_)), "{finding:?}");
    assert!(finding.trouble().unwrap().what.contains("starts from root 1"));
    // Beside one that is new it is no excuse.
    let worse = [&all[..], &[foreseen(Profile::Lenient, 2, Some("it is odd"), false)]].concat();
    assert!(release_clients(&worse).refuses());
}

#[test]
fn the_clients_of_others_do_not_refuse_a_release() {
    let finding = release_clients(&[
        foreseen(Profile::Strict, 1, None, false),
        foreseen(Profile::Lenient, 1, None, false),
        foreseen(Profile::Tough, 1, Some("the scheme"), false),
    ]);
    let Outcome::Pass(evidence) = finding.outcome else { panic!("{finding:?}") };
    assert_eq!(evidence, "2 starts, by a strict and a lenient client");
}
