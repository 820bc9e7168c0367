//! Findings: what stops a ceremony, what a waiver turns, and what it cannot.

use tuf_ceremony::checks::catalogue::Level;
use tuf_ceremony::checks::{Check, Finding, Outcome, Trouble};

#[test]
fn a_waiver_turns_a_refusal_and_keeps_what_it_was() {
    let waived = Finding::fail(Check::RootSlack, "no spare key", "Add one.").waived_by("the token is late");
    let trouble = Trouble { what: "no spare key".to_owned(), next: "Add one.".to_owned() };
    assert_eq!(
        waived.outcome,
        Outcome::Waived { trouble: trouble.clone(), reason: "the token is late".to_owned() }
    );
    assert_eq!((waived.check, waived.word()), (Check::RootSlack, "WAIVED"));
    assert_eq!(waived.trouble(), Some(&trouble), "what was waived is still shown");
    assert!(!waived.refuses());
}

#[test]
fn a_waiver_turns_nothing_but_refusals() {
    for finding in [
        Finding::pass(Check::RootSlack, "two spare keys"),
        Finding::warn(Check::RootSlack, "one", "Add one."),
    ] {
        assert_eq!(finding.clone().waived_by("why not"), finding);
    }
    let first = Finding::fail(Check::RootSlack, "a", "B.").waived_by("the first reason");
    assert_eq!(first.clone().waived_by("another"), first, "the reason on record stays");
}

#[test]
fn a_waiver_turns_every_check_that_can_refuse_and_never_a_pure_warning() {
    for &check in Check::ALL {
        let waived = Finding::fail(check, "what", "Next.").waived_by("reason");
        assert_eq!(waived.refuses(), check.entry().level == Level::Warn || !check.waivable(), "{check}");
    }
    assert!(Check::RootSlack.waivable() && Check::ExpiryRange.waivable());
    for never in [
        Check::PlanIntent,
        Check::SignReview,
        Check::QuorumNew,
        Check::ReleaseClean,
        Check::KeyId,
        Check::RootRevoked,
        Check::RootFastForward,
    ] {
        assert!(Finding::fail(never, "what", "Next.").waived_by("reason").refuses(), "{never}");
    }
    assert!(Finding::fail(Check::QuorumSurplus, "what", "Next.").waived_by("reason").refuses());
}

#[test]
fn a_judgement_names_every_problem_at_once() {
    let problems = vec!["one thing".to_owned(), "another".to_owned()];
    let failed = Finding::judge(Check::KeyId, problems, "Mend it.", "fine");
    assert_eq!(failed, Finding::fail(Check::KeyId, "one thing; another", "Mend it."));
    assert_eq!(Finding::judge(Check::KeyId, vec![], "Mend it.", "fine"), Finding::pass(Check::KeyId, "fine"));
}

#[test]
fn tables_have_one_word_for_each_outcome() {
    let check = Check::RootSlack;
    assert_eq!(Finding::pass(check, "").word(), "ok");
    assert_eq!(Finding::warn(check, "", "").word(), "WARNS");
    assert_eq!(Finding::fail(check, "", "").word(), "FAILS");
}
