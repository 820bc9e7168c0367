//! The plan for machines.

use super::sets;
use crate::ceremony::Ceremony;
use crate::ceremony::plan::{
    Deadline, DelegationChange, Delegations, Fate, Plan, PlannedRole, Quorum, RoleChange, Rung, State,
};
use crate::cli::show;
use crate::json::Json;
use crate::policy::survival::{Call, Losses, Size, Thefts, Unit};
use crate::tuf::time;

/// The plan as one object.
pub fn json(ceremony: &Ceremony, plan: &Plan) -> Json {
    let inputs = plan.inputs.iter().map(|input| (input.file.clone(), Json::from(input.sha256.to_hex())));
    let old = plan.old_quorum.as_ref();
    Json::object([
        ("call", call(&plan.call)),
        ("change", Json::from(ceremony.policy.change.name())),
        ("changes", Json::Arr(plan.changes.iter().map(change).collect())),
        ("checks", show::findings_json(&plan.findings)),
        ("delegations", delegations(&plan.delegations)),
        ("deadlines", Json::Arr(plan.deadlines.iter().map(deadline).collect())),
        ("id", Json::from(ceremony.policy.id.as_str())),
        ("inputs", Json::Obj(inputs.collect())),
        ("intended", Json::strings(ceremony.policy.intended.iter().map(ToString::to_string))),
        ("ladder", Json::Arr(plan.ladder.iter().map(rung).collect())),
        ("left", Json::strings(plan.left.iter().cloned())),
        ("losses", losses(&plan.losses)),
        ("losses_after", losses(&plan.losses_after)),
        ("media", sets::media_json(&ceremony.policy)),
        ("missing_keys", Json::strings(plan.missing_keys.iter().cloned())),
        ("next", Json::from(plan.next.name())),
        ("planned", Json::from(time::write(ceremony.policy.planned))),
        ("rehearsal", Json::Bool(ceremony.policy.rehearsal)),
        ("roles", Json::Arr(plan.made().map(|role| planned(role, old)).collect())),
        ("sets", sets::sets_json(&ceremony.policy)),
        ("thefts", thefts(&plan.thefts)),
        ("thefts_today", plan.thefts_today.as_ref().map_or(Json::Null, thefts)),
        ("words", Json::strings(plan.words.iter().copied())),
    ])
}

fn quorum(quorum: &Quorum) -> Json {
    Json::object([
        ("signers", Json::strings(quorum.signers.iter().cloned())),
        ("threshold", Json::Int(quorum.threshold)),
    ])
}

fn planned(role: &PlannedRole, old: Option<&Quorum>) -> Json {
    Json::object([
        ("expires", Json::from(role.expires.as_str())),
        ("quorum_new", quorum(&role.quorum)),
        ("quorum_old", old.filter(|_| role.role == "root").map_or(Json::Null, quorum)),
        ("role", Json::from(role.role.as_str())),
        ("version", Json::Int(role.version)),
    ])
}

fn change(change: &RoleChange) -> Json {
    let replaced = change.replaced.iter();
    let replaced = replaced.map(|(old, new)| {
        Json::object([("by", Json::from(new.as_str())), ("key", Json::from(old.as_str()))])
    });
    let threshold = change.threshold.map_or(Json::Null, |(old, new)| {
        Json::object([("after", Json::Int(new)), ("before", Json::Int(old))])
    });
    let expires = change.expires.as_ref().map_or(Json::Null, |(old, new)| {
        Json::object([("after", Json::from(new.as_str())), ("before", Json::from(old.as_str()))])
    });
    Json::object([
        ("added", Json::strings(change.added.iter().cloned())),
        ("expires", expires),
        ("removed", Json::strings(change.removed.iter().cloned())),
        ("replaced", Json::Arr(replaced.collect())),
        ("role", Json::from(change.role.as_str())),
        ("threshold", threshold),
    ])
}

fn delegations(delegations: &Delegations) -> Json {
    let change = |change: &DelegationChange| {
        let fate = match change.fate {
            Fate::Comes => "comes",
            Fate::Goes => "goes",
            Fate::Stays => "stays",
        };
        let replaced = change.replaced.iter().map(|(old, new)| {
            Json::object([("by", Json::from(new.as_str())), ("key", Json::from(old.as_str()))])
        });
        let threshold = change.threshold.map_or(Json::Null, |(old, new)| {
            Json::object([("after", Json::Int(new)), ("before", old.map_or(Json::Null, Json::Int))])
        });
        Json::object([
            ("added", Json::strings(change.added.iter().cloned())),
            ("alike", number(change.alike)),
            ("delegated_by", Json::from(change.by.as_str())),
            ("fate", Json::from(fate)),
            ("paths_added", Json::strings(change.paths_added.iter().cloned())),
            ("paths_more", number(change.paths_more)),
            ("paths_removed", Json::strings(change.paths_removed.iter().cloned())),
            ("removed", Json::strings(change.removed.iter().cloned())),
            ("replaced", Json::Arr(replaced.collect())),
            ("role", Json::from(change.role.as_str())),
            ("terminating", change.terminating.map_or(Json::Null, Json::Bool)),
            ("threshold", threshold),
        ])
    };
    Json::object([
        ("changed", Json::Arr(delegations.changed.iter().map(change).collect())),
        ("more", number(delegations.more)),
    ])
}

fn number(number: usize) -> Json {
    Json::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn unit(unit: &Unit) -> Json {
    let kind = match unit {
        Unit::Key(_) => "key",
        Unit::Device(_) => "device",
        Unit::Holder(_) => "holder",
        Unit::Site(_) => "site",
    };
    Json::object([("kind", Json::from(kind)), ("name", Json::from(unit.name()))])
}

fn call(call: &Call) -> Json {
    let people = call.people.as_ref().map_or(Json::Null, |people| {
        let person = |person: &crate::policy::survival::Person| {
            Json::object([("keys", Json::strings(person.keys.iter().cloned())), ("who", unit(&person.who))])
        };
        Json::Arr(people.iter().map(person).collect())
    });
    let quorum = |one: &crate::policy::survival::Signers| {
        Json::object([
            ("can", Json::Arr(one.can.iter().map(unit).collect())),
            ("must", Json::Arr(one.must.iter().map(unit).collect())),
            ("quorum", Json::from(one.title.as_str())),
            ("spare", Json::Int(one.spare)),
            ("threshold", Json::Int(one.threshold)),
        ])
    };
    Json::object([
        ("exact", Json::Bool(call.exact)),
        ("fewest", people),
        ("quorums", Json::Arr(call.quorums.iter().map(quorum).collect())),
    ])
}

fn losses(losses: &Losses) -> Json {
    let single = losses.single.iter().map(|one| {
        Json::object([("ends", Json::strings(one.ends.iter().cloned())), ("lost", unit(&one.unit))])
    });
    Json::object([
        ("devices", Json::Arr(losses.devices.iter().map(size).collect())),
        ("holders", Json::Arr(losses.holders.iter().map(size).collect())),
        ("keys", Json::Arr(losses.keys.iter().map(size).collect())),
        ("single", Json::Arr(single.collect())),
        ("sites", Json::Arr(losses.sites.iter().map(size).collect())),
        ("unreachable", Json::strings(losses.unreachable.iter().cloned())),
    ])
}

/// Sets of one size. Numbers that do not fit, and lists that are too long, are null.
fn size(size: &Size) -> Json {
    let number = |number: u128| i64::try_from(number).map_or(Json::Null, Json::Int);
    let sets = |sets: &Option<Vec<Vec<String>>>| {
        sets.as_ref().map_or(Json::Null, |sets| {
            Json::Arr(sets.iter().map(|set| Json::strings(set.iter().cloned())).collect())
        })
    };
    Json::object([
        ("fatal", sets(&size.fatal)),
        ("sets", size.counts.map_or(Json::Null, |counts| number(counts.sets))),
        ("size", Json::Int(i64::try_from(size.size).unwrap_or(i64::MAX))),
        ("survived", size.counts.map_or(Json::Null, |counts| number(counts.survived))),
        ("surviving", sets(&size.surviving)),
    ])
}

fn thefts(thefts: &Thefts) -> Json {
    let by_count = thefts.by_count.iter().map(|theft| {
        let at_once = theft.at_once.as_ref().map_or(Json::Null, |sets| {
            Json::Arr(sets.iter().map(|set| Json::strings(set.iter().cloned())).collect())
        });
        Json::object([
            ("any", Json::strings(theft.any.iter().cloned())),
            ("at_once", at_once),
            ("keys", Json::Int(i64::try_from(theft.keys).unwrap_or(i64::MAX))),
        ])
    });
    let single = thefts.single.iter().map(|one| {
        Json::object([("robbed", unit(&one.unit)), ("roles", Json::strings(one.roles.iter().cloned()))])
    });
    Json::object([("by_count", Json::Arr(by_count.collect())), ("single", Json::Arr(single.collect()))])
}

fn deadline(one: &Deadline) -> Json {
    Json::object([
        ("expires", Json::from(time::write(one.expires))),
        ("last_safe", Json::from(time::write(one.last_safe))),
        ("offline", Json::Bool(one.offline)),
        ("passed", Json::Bool(one.passed)),
        ("role", one.role.as_deref().map_or(Json::Null, Json::from)),
    ])
}

fn rung(rung: &Rung) -> Json {
    let (state, why) = match &rung.state {
        State::Ready => ("ready", Json::Null),
        State::Taken => ("taken", Json::Null),
        State::Stale(files) => ("stale", Json::strings(files.iter().cloned())),
        State::Impossible(why) => ("impossible", Json::from(why.as_str())),
    };
    Json::object([
        ("makes", Json::strings(rung.makes.iter().cloned())),
        ("name", Json::from(rung.name.as_str())),
        ("state", Json::from(state)),
        ("why", why),
    ])
}
