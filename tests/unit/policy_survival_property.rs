//! Losses, thefts and calls in small worlds, against looking at each set by itself.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tuf_ceremony::policy::survival::{LISTED, Member, Quorum, Size, Unit, call, losses, thefts};

/// Up to eight keys with few devices, holders and sites, and up to four quorums over them.
fn worlds() -> impl Strategy<Value = (Vec<Member>, Vec<Quorum>)> {
    let some = |few: std::ops::Range<u8>| prop::option::weighted(0.8, few);
    let member = (prop::option::weighted(0.4, 0..4_u8), some(0..4), some(0..3));
    let members = prop::collection::vec(member, 1..8).prop_map(|members| {
        type Place = (Option<u8>, Option<u8>, Option<u8>);
        let member = |(number, (device, holder, site)): (usize, Place)| Member {
            name: format!("k{number}"),
            device: device.map(|device| format!("d{device}")),
            holder: holder.map(|holder| format!("h{holder}")),
            site: site.map(|site| format!("s{site}")),
        };
        members.into_iter().enumerate().map(member).collect::<Vec<_>>()
    });
    let quorum = (0..5_i64, prop::collection::vec(0..8_usize, 1..7));
    let quorums = prop::collection::vec(quorum, 1..5).prop_map(|quorums| {
        let quorum = |(number, (threshold, keys)): (usize, (i64, Vec<usize>))| Quorum {
            title: format!("q{number}"),
            threshold,
            keys: keys.into_iter().map(|key| format!("k{key}")).collect(),
        };
        quorums.into_iter().enumerate().map(quorum).collect::<Vec<_>>()
    });
    (members, quorums)
}

fn names(units: &[Unit]) -> String {
    units.iter().map(Unit::name).collect::<Vec<_>>().join(" ")
}

type Keys = BTreeSet<String>;
/// How members are put together.
type Kind = fn(&Member) -> Option<String>;

fn meets(quorum: &Quorum, keys: &Keys) -> bool {
    let have = quorum.keys.iter().filter(|key| keys.contains(*key)).collect::<BTreeSet<_>>().len();
    i64::try_from(have).unwrap() >= quorum.threshold.max(1)
}

fn every_key(quorums: &[Quorum]) -> Keys {
    quorums.iter().flat_map(|quorum| quorum.keys.iter().cloned()).collect()
}

/// Units of one kind with their keys that count, in the order of the members.
fn units(members: &[Member], quorums: &[Quorum], of: Kind) -> Vec<(String, Keys)> {
    let counting = every_key(quorums);
    let mut all = members.to_vec();
    for name in quorums.iter().flat_map(|quorum| &quorum.keys) {
        if all.iter().all(|member| member.name != *name) {
            all.push(Member { name: name.clone(), device: None, holder: None, site: None });
        }
    }
    let mut units: Vec<(String, Keys)> = Vec::new();
    for member in all.iter().filter(|member| counting.contains(&member.name)) {
        let Some(name) = of(member) else { continue };
        match units.iter_mut().find(|(other, _)| *other == name) {
            Some((_, keys)) => drop(keys.insert(member.name.clone())),
            None => units.push((name, Keys::from([member.name.clone()]))),
        }
    }
    units
}

/// The members, with a device only where several keys that count are on it.
fn sharing(members: &[Member], quorums: &[Quorum]) -> Vec<Member> {
    let shared: Vec<String> = units(members, quorums, |member| member.device.clone())
        .into_iter()
        .filter(|(_, keys)| keys.len() > 1)
        .map(|(device, _)| device)
        .collect();
    let device = |member: &Member| member.device.clone().filter(|device| shared.contains(device));
    members.iter().map(|member| Member { device: device(member), ..member.clone() }).collect()
}

/// Every set of `size` units, in the order of the units, with its keys.
fn sets(units: &[(String, Keys)], size: usize) -> Vec<(Vec<String>, Keys)> {
    let mut found: Vec<(Vec<usize>, Vec<String>, Keys)> = Vec::new();
    for mask in 0..1_u32 << units.len() {
        if usize::try_from(mask.count_ones()).unwrap() == size {
            let chosen: Vec<usize> = (0..units.len()).filter(|place| (mask >> place) & 1 == 1).collect();
            let names = chosen.iter().map(|place| units[*place].0.clone()).collect();
            let keys = chosen.iter().flat_map(|place| units[*place].1.clone()).collect();
            found.push((chosen, names, keys));
        }
    }
    found.sort();
    found.into_iter().map(|(_, names, keys)| (names, keys)).collect()
}

fn capped(list: Vec<Vec<String>>) -> Option<Vec<Vec<String>>> {
    (list.len() <= LISTED).then_some(list)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn losses_are_what_looking_at_every_set_finds((members, quorums) in worlds()) {
        let found = losses(&quorums, &members);
        let all = every_key(&quorums);
        let sharing = sharing(&members, &quorums);
        prop_assert_eq!(found.devices.is_empty(), units(&sharing, &quorums, |member| member.device.clone()).is_empty());
        let devices: &[Size] = &found.devices;
        let kinds: [(&[Size], Kind); 4] = [
            (&found.keys, |member| Some(member.name.clone())),
            (devices, |member| member.device.clone().or_else(|| Some(member.name.clone()))),
            (&found.holders, |member| member.holder.clone()),
            (&found.sites, |member| member.site.clone()),
        ];
        let largest = quorums.iter().map(|quorum| quorum.threshold.max(1)).max().unwrap();
        let mut ends = Vec::new();
        for (sizes, of) in kinds {
            let of_devices = std::ptr::eq(sizes, devices);
            let mut units = units(&sharing, &quorums, of);
            if of_devices && devices.is_empty() {
                units.clear();
            }
            prop_assert_eq!(sizes.len(), units.len().min(usize::try_from(largest).unwrap()));
            for (index, size) in sizes.iter().enumerate() {
                prop_assert_eq!(size.size, index + 1);
                let (surviving, fatal): (Vec<_>, Vec<_>) = sets(&units, size.size)
                    .into_iter()
                    .partition(|(_, keys)| quorums.iter().all(|quorum| meets(quorum, &(&all - keys))));
                let names = |sets: Vec<(Vec<String>, Keys)>| sets.into_iter().map(|(names, _)| names).collect::<Vec<_>>();
                let counted = (u128::try_from(surviving.len()).unwrap(), u128::try_from(fatal.len()).unwrap());
                prop_assert_eq!((size.counts.unwrap().survived, size.counts.unwrap().fatal()), counted);
                prop_assert_eq!(&size.surviving, &capped(names(surviving)));
                prop_assert_eq!(&size.fatal, &capped(names(fatal)));
            }
            for (name, keys) in units {
                let ended: Vec<String> = quorums
                    .iter()
                    .filter(|quorum| meets(quorum, &all) && !meets(quorum, &(&all - &keys)))
                    .map(|quorum| quorum.title.clone())
                    .collect();
                // A key that shares its device with none is listed as a key.
                let listed = of_devices && name.starts_with('k');
                if !ended.is_empty() && !listed {
                    ends.push((name, ended));
                }
            }
        }
        let single: Vec<_> =
            found.single.iter().map(|one| (one.unit.name().to_owned(), one.ends.clone())).collect();
        prop_assert_eq!(single, ends);
        let beyond = quorums.iter().filter(|quorum| !meets(quorum, &all)).map(|quorum| quorum.title.clone());
        prop_assert_eq!(found.unreachable, beyond.collect::<Vec<_>>());
    }

    #[test]
    fn thefts_are_what_trying_every_choice_finds((members, quorums) in worlds()) {
        let found = thefts(&quorums, &members, "q0");
        let all = every_key(&quorums);
        let keys = units(&members, &quorums, |member| Some(member.name.clone()));
        let reach = |quorum: &&Quorum| meets(quorum, &all);
        let need = |quorum: &Quorum| usize::try_from(quorum.threshold.max(1)).unwrap();
        let fall = quorums.first().filter(reach).map(need);
        let last = fall.or(quorums.iter().filter(reach).map(need).max()).unwrap_or(0);
        prop_assert_eq!(found.by_count.len(), last);
        for (index, theft) in found.by_count.iter().enumerate() {
            prop_assert_eq!(theft.keys, index + 1);
            let met: BTreeSet<BTreeSet<String>> = sets(&keys, theft.keys)
                .into_iter()
                .map(|(_, keys)| quorums.iter().filter(|role| meets(role, &keys)).map(|role| role.title.clone()).collect())
                .collect();
            let any: BTreeSet<String> = met.iter().flatten().cloned().collect();
            prop_assert_eq!(theft.any.iter().cloned().collect::<BTreeSet<_>>(), any);
            let part = |a: &BTreeSet<String>| met.iter().any(|b| a != b && a.is_subset(b));
            let largest: BTreeSet<Vec<String>> = met
                .iter()
                .filter(|one| !one.is_empty() && !part(one))
                .map(|one| one.iter().cloned().collect())
                .collect();
            let listed = theft.at_once.clone().unwrap();
            prop_assert!(listed.windows(2).all(|pair| pair[0].len() >= pair[1].len()));
            prop_assert_eq!(listed.len(), largest.len());
            prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), largest);
        }
        for one in &found.single {
            let of = |member: &&Member| match &one.unit {
                Unit::Key(name) => member.name == *name,
                Unit::Device(name) => member.device.as_ref() == Some(name),
                Unit::Holder(name) => member.holder.as_ref() == Some(name),
                Unit::Site(name) => member.site.as_ref() == Some(name),
            };
            let mut keys: Keys = members.iter().filter(of).map(|member| member.name.clone()).collect();
            if let Unit::Key(name) = &one.unit {
                keys.insert(name.clone());
            }
            let met = quorums.iter().filter(|role| meets(role, &keys)).map(|role| role.title.clone());
            prop_assert_eq!(&one.roles, &met.collect::<Vec<_>>());
            prop_assert!(!one.roles.is_empty());
        }
    }

    #[test]
    fn nobody_is_called_in_vain((members, quorums) in worlds(), gone in prop::collection::btree_set(0..8_usize, 0..4)) {
        let gone: Keys = gone.iter().map(|number| format!("k{number}")).collect();
        let found = call(&quorums, &members, |key| !gone.contains(key));
        prop_assert!(found.exact);
        let of = |member: &Member| member.holder.clone().or_else(|| Some(member.name.clone()));
        let mut people = units(&members, &quorums, of);
        for (_, keys) in &mut people {
            keys.retain(|key| !gone.contains(key));
        }
        people.retain(|(_, keys)| !keys.is_empty());
        // A person comes where their first key that is available comes.
        let place = |keys: &Keys| {
            let place = |key: &String| members.iter().position(|member| member.name == *key);
            keys.iter().filter_map(place).min().unwrap_or(usize::MAX)
        };
        people.sort_by_key(|(_, keys)| place(keys));
        let enough = |keys: &Keys| quorums.iter().all(|quorum| meets(quorum, keys));
        let best = (0..=people.len()).find_map(|size| sets(&people, size).into_iter().find(|(_, keys)| enough(keys)));
        let called = found.people.as_ref().map(|people| {
            let names: Vec<String> = people.iter().map(|person| person.who.name().to_owned()).collect();
            (names, people.iter().flat_map(|person| person.keys.iter().cloned()).collect::<Keys>())
        });
        prop_assert_eq!(called, best);
        for (signers, quorum) in found.quorums.iter().zip(&quorums) {
            let available: Keys = people.iter().flat_map(|(_, keys)| keys.clone()).collect();
            let can = people.iter().filter(|(_, keys)| keys.iter().any(|key| quorum.keys.contains(key)));
            let can: Vec<_> = can.collect();
            let must = can.iter().filter(|(_, keys)| !meets(quorum, &(&available - keys)));
            prop_assert_eq!(names(&signers.can), can.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" "));
            prop_assert_eq!(names(&signers.must), must.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" "));
            prop_assert_eq!(signers.spare >= 0, meets(quorum, &available));
        }
    }
}
