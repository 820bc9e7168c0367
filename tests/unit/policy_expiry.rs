//! Expiry: periods on the civil calendar in UTC, counted from the planned time; and instants.

use tuf_ceremony::policy::Expiry;
use tuf_ceremony::policy::expiry::Unit;
use tuf_ceremony::tuf::time::write;

#[track_caller]
fn expires(text: &str, planned: &str, expected: &str) {
    let expiry = Expiry::parse(text).unwrap();
    assert_eq!(expiry.from(planned.parse().unwrap()).map(write).as_deref(), Some(expected));
}

#[test]
fn periods_follow_the_calendar() {
    let planned = "2027-01-14T15:00:00Z";
    expires("1 year", planned, "2028-01-14T15:00:00Z");
    expires("2 years", planned, "2029-01-14T15:00:00Z");
    expires("6 months", planned, "2027-07-14T15:00:00Z");
    expires("1 week", planned, "2027-01-21T15:00:00Z");
    expires("12 weeks", planned, "2027-04-08T15:00:00Z");
    expires("30 days", planned, "2027-02-13T15:00:00Z");
    expires("24 hours", planned, "2027-01-15T15:00:00Z");
    expires("1000 hours", planned, "2027-02-25T07:00:00Z");
}

#[test]
fn a_day_that_does_not_exist_becomes_the_last_of_its_month() {
    expires("1 year", "2028-02-29T00:00:00Z", "2029-02-28T00:00:00Z");
    expires("4 years", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z");
    expires("1 month", "2027-01-31T12:00:00Z", "2027-02-28T12:00:00Z");
    expires("1 month", "2028-01-31T12:00:00Z", "2028-02-29T12:00:00Z");
    expires("3 months", "2027-08-31T12:00:00Z", "2027-11-30T12:00:00Z");
}

#[test]
fn where_the_planners_clock_stands_makes_no_difference() {
    // Both name one instant; summer time begins in Berlin within the period.
    expires("3 months", "2027-01-14T16:00:00+01:00", "2027-04-14T15:00:00Z");
    expires("90 days", "2027-01-14T15:00:00Z", "2027-04-14T15:00:00Z");
}

#[test]
fn an_instant_stands_for_itself() {
    expires("2028-01-14T15:00:00Z", "2027-01-14T15:00:00Z", "2028-01-14T15:00:00Z");
    expires("2028-01-14T16:00:00+01:00", "2027-01-14T15:00:00Z", "2028-01-14T15:00:00Z");
}

#[test]
fn beyond_the_calendar_there_is_nothing() {
    let last_years = "9999-06-01T00:00:00Z".parse().unwrap();
    for text in ["1 year", "7 months", "31 weeks", "1000 days"] {
        assert_eq!(Expiry::parse(text).unwrap().from(last_years), None, "{text}");
    }
    assert!(Expiry::parse("1000 hours").unwrap().from(last_years).is_some());
    let long_ago = "-009999-01-02T02:00:00Z".parse().unwrap();
    assert!(Expiry::parse("1000 years").unwrap().from(long_ago).is_some());
}

#[test]
fn what_is_parsed_is_displayed_alike() {
    for text in ["1 hour", "36 hours", "1 day", "1 week", "18 months", "1 year", "2028-01-14T15:00:00Z"] {
        assert_eq!(Expiry::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Expiry::parse("1 months"), Some(Expiry::After { count: 1, unit: Unit::Month }));
    assert_eq!(Expiry::parse("2 day").unwrap().to_string(), "2 days");
}

#[test]
fn everything_else_is_refused() {
    for text in [
        "",
        " ",
        "1",
        "year",
        "1year",
        "1  year",
        " 1 year",
        "1 year ",
        "1 YEAR",
        "0 years",
        "1001 years",
        "-1 year",
        "+1 year",
        "1.5 years",
        "1 years s",
        "1 ss",
        "65537 days",
        "99999999999999999999 days",
        "1 fortnight",
        "1 year 2 months",
        "2028-01-14",
        "2028-01-14T15:00:00",
        "2028-01-14T15:00:00+01:00[Europe/Berlin]",
        "2028-13-14T15:00:00Z",
        "P1Y",
    ] {
        assert_eq!(Expiry::parse(text), None, "{text:?}");
    }
}
