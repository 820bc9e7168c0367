//! EXPIRY-FORMAT, EXPIRY-RANGE.

use jiff::Timestamp;
use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::expiry::{RoleExpiry, expiry_format, expiry_range};
use tuf_ceremony::tuf::time::Date;

use crate::checks_fixture::{passes, refuses, warns};

const ROOT: &str = "2028-01-14T15:00:00Z";
const TIMESTAMP: &str = "2027-01-21T15:00:00Z";

fn two(root: &str, timestamp: &str) -> [RoleExpiry; 2] {
    [("root", root, true), ("timestamp", timestamp, false)].map(|(role, text, offline)| RoleExpiry {
        role: role.to_owned(),
        expires: Date::parse(text).unwrap(),
        offline,
    })
}

fn now() -> Timestamp {
    "2027-01-14T15:00:00Z".parse().unwrap()
}

#[test]
fn expiry_format_passes_the_specifications_form() {
    let evidence = "all dates in the form of the specification";
    passes(&expiry_format(&two(ROOT, TIMESTAMP)), Check::ExpiryFormat, evidence);
}

#[test]
fn expiry_format_refuses_other_forms() {
    for (text, oddity) in [
        ("2028-01-14T15:00:00.123Z", "has fractions of a second"),
        ("2028-01-14T15:00:00+06:00", "has an offset instead of Z"),
        ("2028-01-14t15:00:00Z", "is not in the form YYYY-MM-DDTHH:MM:SSZ"),
    ] {
        refuses(
            &expiry_format(&two(text, TIMESTAMP)),
            Check::ExpiryFormat,
            &format!("root: {text} {oddity}"),
        );
    }
}

#[test]
fn expiry_range_passes_a_root_that_outlives_the_rest() {
    let evidence = format!("timestamp expires first, on {TIMESTAMP}");
    passes(&expiry_range(&two(ROOT, TIMESTAMP), now(), None), Check::ExpiryRange, &evidence);
    // Equal is allowed: root and targets that are renewed together.
    let evidence = format!("root expires first, on {ROOT}");
    passes(&expiry_range(&two(ROOT, ROOT), now(), None), Check::ExpiryRange, &evidence);
}

#[test]
fn expiry_range_refuses_the_past() {
    let what = "timestamp expires on 2027-01-14T15:00:00Z, and it is 2027-01-14T15:00:00Z";
    refuses(&expiry_range(&two(ROOT, "2027-01-14T15:00:00Z"), now(), None), Check::ExpiryRange, what);
}

#[test]
fn expiry_range_warns_where_no_time_is_left_for_a_second_try() {
    let late = |text: &str| {
        format!("timestamp expires on {text}, and the last safe date, earlier by a day, has passed")
    };
    for text in ["2027-01-14T15:00:01Z", "2027-01-15T15:00:00Z"] {
        warns(&expiry_range(&two(ROOT, text), now(), None), Check::ExpiryRange, &late(text));
    }
    let evidence = "timestamp expires first, on 2027-01-15T15:00:01Z";
    passes(&expiry_range(&two(ROOT, "2027-01-15T15:00:01Z"), now(), None), Check::ExpiryRange, evidence);
    // People need longer than a service: a timestamp of a week whose key a holder has.
    let mut held = two(ROOT, TIMESTAMP);
    held[1].offline = true;
    let what = format!(
        "timestamp expires on {TIMESTAMP}, and the last safe date, earlier by 30 days, as only a ceremony renews it, has passed"
    );
    warns(&expiry_range(&held, now(), None), Check::ExpiryRange, &what);
    // What is refused is said alone.
    let mut past = two(ROOT, "2027-01-14T15:00:00Z");
    past[1].offline = true;
    assert!(expiry_range(&past, now(), None).refuses());
}

#[test]
fn expiry_range_refuses_what_outlives_the_root() {
    let what = "timestamp expires on 2028-01-14T15:00:01Z, after the root";
    refuses(&expiry_range(&two(ROOT, "2028-01-14T15:00:01Z"), now(), None), Check::ExpiryRange, what);
}

#[test]
fn expiry_range_refuses_an_end_before_the_next_ceremony_and_its_margin() {
    // The timestamp, which a service renews, may end at any time.
    let next = |text: &str| Some(text.parse().unwrap());
    let evidence = format!("timestamp expires first, on {TIMESTAMP}");
    let just = expiry_range(&two(ROOT, TIMESTAMP), now(), next("2027-12-15T15:00:00Z"));
    passes(&just, Check::ExpiryRange, &evidence);
    for late in ["2027-12-15T15:00:01Z", "2028-06-01T00:00:00Z"] {
        let what = format!("root expires on {ROOT}, within 30 days of the next ceremony ({late})");
        refuses(&expiry_range(&two(ROOT, TIMESTAMP), now(), next(late)), Check::ExpiryRange, &what);
    }
}
