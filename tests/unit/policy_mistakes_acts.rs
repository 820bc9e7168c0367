//! `[[intended]]` in `ceremony.toml`: mistakes in declared acts, with everything that is said.

use tuf_ceremony::policy::Policy;

use crate::policy_fixture::{refuses_text, revocation};

/// One `[[intended]]` entry in a plan that may have one.
#[track_caller]
fn refuses_act(entry: &str, happened: &str, next: &str) {
    let text = format!("{}\n[[intended]]\n{entry}\n", revocation());
    let line = text.lines().position(|line| line == "[[intended]]").unwrap() + 2;
    refuses_text(text.as_bytes(), &happened.replace("LINE", &line.to_string()), next);
}

#[test]
fn an_act_that_is_none() {
    refuses_act(
        "act = \"add-keys\"",
        "line LINE, column 7, field intended.act: \"add-keys\" is no act",
        "Write add-key, replace-key, revoke-key, set-threshold, set-expiry, reencode-keys or refresh; `tuf-ceremony change` does.",
    );
    refuses_act(
        "act = \"refresh\"\nwhy = \"x\"",
        &format!(
            "line {}, column 1, field intended.why: unknown field `why`, expected one of `act`, `key`, `by`, `roles`, `role`, `threshold`, `expires`",
            revocation().lines().count() + 4
        ),
        "Did you mean \"key\"?",
    );
}

/// Every act has exactly its own fields.
#[test]
fn a_field_that_an_act_lacks_or_does_not_have() {
    let fields = [
        ("key", "key = \"ben-card\""),
        ("by", "by = \"dan-card\""),
        ("roles", "roles = [\"root\"]"),
        ("role", "role = \"root\""),
        ("threshold", "threshold = 2"),
        ("expires", "expires = \"1 year\""),
    ];
    let acts: [(&str, &[&str]); 7] = [
        ("add-key", &["key", "roles"]),
        ("replace-key", &["key", "by"]),
        ("revoke-key", &["key"]),
        ("set-threshold", &["role", "threshold"]),
        ("set-expiry", &["role", "expires"]),
        ("reencode-keys", &[]),
        ("refresh", &[]),
    ];
    for (act, own) in acts {
        let entry = |with: &dyn Fn(&str) -> bool| {
            let lines = fields.iter().filter(|(field, _)| with(field)).map(|(_, line)| format!("\n{line}"));
            format!("act = \"{act}\"{}", lines.collect::<String>())
        };
        let text = format!("{}\n[[intended]]\n{}\n", revocation(), entry(&|field| own.contains(&field)));
        assert_eq!(Policy::parse(text.as_bytes()).unwrap().intended[0].act(), act);
        for (field, _) in fields {
            let is_own = own.contains(&field);
            let other = entry(&|one| own.contains(&one) != (one == field));
            let (what, next) = match is_own {
                true => (format!("{act} needs {field:?}"), format!("Add {field}.")),
                false => (format!("{act} has no field {field:?}"), format!("Remove {field}.")),
            };
            refuses_act(&other, &format!("line LINE, column 7, field intended.act: {what}"), &next);
        }
    }
}

#[test]
fn names_in_acts_that_the_plan_does_not_have() {
    let after = |lines: usize| revocation().lines().count() + 2 + lines;
    refuses_act(
        "act = \"revoke-key\"\nkey = \"bem-card\"",
        &format!("line {}, column 7, field intended.key: there is no key \"bem-card\"", after(2)),
        "Did you mean \"ben-card\"?",
    );
    refuses_act(
        "act = \"set-threshold\"\nrole = \"daily\"\nthreshold = 1",
        &format!("line {}, column 8, field intended.role: there is no role \"daily\"", after(2)),
        "Add [delegation.daily], or name another role.",
    );
    refuses_act(
        "act = \"add-key\"\nkey = \"ben-card\"\nroles = [\"root\", \"daily\"]",
        &format!("line {}, column 18, field intended.roles: there is no role \"daily\"", after(3)),
        "Add [delegation.daily], or name another role.",
    );
    refuses_act(
        "act = \"set-expiry\"\nrole = \"root\"\nexpires = \"soon\"",
        &format!("line {}, column 11, field intended.expires: is neither a period nor an instant", after(3)),
        "Write for example \"1 year\", \"90 days\" or 2028-01-14T15:00:00Z.",
    );
}
