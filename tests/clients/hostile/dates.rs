//! Expiry: files that have expired, and dates in odd forms.

use crate::holder::{C, D, E};
use crate::part::Part;
use crate::repository::{NOW, PARTS, root};
use crate::tree::set;
use crate::variant::{Collector, Verdict};

const PAST: &str = "2027-01-14T14:59:59Z";

pub fn add(list: &mut Collector) {
    for part in PARTS {
        let why = "5.3.10, 5.4.4, 5.5.6, 5.6.5: expiry must be higher than the start of the update";
        for (name, expires) in
            [("expired", PAST), ("expires-now", NOW), ("expired-long-ago", "0001-01-01T00:00:00Z")]
        {
            list.refused(format!("{name}-{part}"), why, |repository| {
                repository.part(part).edit(move |signed| set(signed, &["expires"], expires));
            });
        }
        list.accepted(format!("expires-in-a-second-{part}"), why, |repository| {
            repository.part(part).edit(|signed| set(signed, &["expires"], "2027-01-14T15:00:01Z"));
        });
    }
    list.accepted(
        "expired-trusted-root",
        "5.2: the expiry of the trusted root does not matter",
        |repository| {
            repository.part("trusted").edit(|signed| set(signed, &["expires"], PAST));
        },
    );
    list.accepted(
        "expired-root-between",
        "5.3.6: the expiry of an intermediate root does not matter",
        |repository| {
            repository.part("root").edit(|signed| set(signed, &["expires"], PAST));
            repository.roots.push(Part::new("root", root(3, [C, D, E]), &[C, D]));
        },
    );
    forms(list);
}

fn forms(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let form = "4.2.3: the expected format is YYYY-MM-DDTHH:MM:SSZ";
    let none = "4.2.3: ISO 8601 has no such date";
    let far = "4.2.3: a date";
    for (name, text, verdict, why) in [
        ("leap-day", "2028-02-29T00:00:00Z", Accepted, far),
        ("last-of-9999", "9999-12-31T23:59:59Z", Accepted, far),
        ("fraction", "2028-01-14T15:00:00.000Z", Refused, form),
        ("fraction-nanoseconds", "2028-01-14T15:00:00.123456789Z", Refused, form),
        ("fraction-comma", "2028-01-14T15:00:00,5Z", Refused, form),
        ("offset-zero", "2028-01-14T15:00:00+00:00", Refused, form),
        ("offset", "2028-01-14T17:00:00+02:00", Refused, form),
        ("offset-minus-zero", "2028-01-14T15:00:00-00:00", Refused, form),
        ("z-and-offset", "2028-01-14T15:00:00Z+00:00", Refused, form),
        ("no-zone", "2028-01-14T15:00:00", Refused, form),
        ("lower-case-t", "2028-01-14t15:00:00Z", Refused, form),
        ("lower-case-z", "2028-01-14T15:00:00z", Refused, form),
        ("space", "2028-01-14 15:00:00Z", Refused, form),
        ("named-zone", "2028-01-14T15:00:00Z[UTC]", Refused, form),
        ("basic", "20280114T150000Z", Refused, form),
        ("week", "2028-W02-5T15:00:00Z", Refused, form),
        ("ordinal", "2028-014T15:00:00Z", Refused, form),
        ("date-only", "2028-01-14", Refused, form),
        ("no-seconds", "2028-01-14T15:00Z", Refused, form),
        ("one-digit", "2028-1-14T15:00:00Z", Refused, form),
        ("leading-space", " 2028-01-14T15:00:00Z", Refused, form),
        ("trailing-newline", "2028-01-14T15:00:00Z\n", Refused, form),
        ("trailing-nul", "2028-01-14T15:00:00Z\0", Refused, form),
        ("full-width-digits", "２０２８-01-14T15:00:00Z", Refused, form),
        ("epoch", "1831474800", Refused, form),
        ("empty", "", Refused, form),
        ("year-10000", "10000-01-01T00:00:00Z", Refused, form),
        ("year-plus", "+2028-01-14T15:00:00Z", Refused, form),
        ("year-plus-10000", "+010000-01-01T00:00:00Z", Refused, form),
        ("year-negative", "-2028-01-14T15:00:00Z", Refused, form),
        ("day-30-february", "2028-02-30T00:00:00Z", Refused, none),
        ("day-29-february", "2027-02-29T00:00:00Z", Refused, none),
        ("day-0", "2028-01-00T00:00:00Z", Refused, none),
        ("day-31-in-9999", "9999-11-31T00:00:00Z", Refused, none),
        ("month-13", "2028-13-01T00:00:00Z", Refused, none),
        ("hour-25", "2028-01-14T25:00:00Z", Refused, none),
        (
            "hour-24",
            "2028-01-14T24:00:00Z",
            Refused,
            "silent: ISO 8601:2004 has it for midnight, RFC 3339 has not",
        ),
        ("minute-60", "2028-01-14T15:60:00Z", Refused, none),
        (
            "leap-second",
            "2028-06-30T23:59:60Z",
            Refused,
            "silent: few clients can read a leap second, and none was announced",
        ),
        ("second-61", "2028-06-30T23:59:61Z", Refused, none),
    ] {
        list.add(format!("date-{name}"), verdict, why, |repository| {
            repository.timestamp.edit(move |signed| set(signed, &["expires"], text));
        });
    }
    for part in ["root", "targets", "project", "snapshot"] {
        list.refused(format!("date-offset-{part}"), form, |repository| {
            repository.part(part).edit(|signed| set(signed, &["expires"], "2028-01-14T15:00:00+00:00"));
        });
    }
}
