//! A 3-of-5 root whose holders are on five machines: each with a folder, a HOME and a token of its own, and nothing in common with
//! the others or with the machine of the ceremony but what is carried. Keys are made there, requests go there, responses come back
//! in any order, with a stale, a forged and a repeated one among them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::elsewhere::{REQUEST, RESPONSE, fate, fates};
use crate::genesis::{clients_accept, our_client_accepts};
use crate::room::Room;
use crate::softhsm::{self, HOLDERS, MODULE, ONLINE, Person, new_token, planned_for};

/// How a response comes from a holder's machine to that of the ceremony: the file that `merge` is given there.
type Way = fn(&Room, &str, &Room) -> String;

/// How each holder's response comes back.
const WAYS: [Way; 5] = [by_stick, by_qr, by_stick, by_qr, by_stick];

/// A file on a stick.
fn by_stick(site: &Room, response: &str, to: &Room) -> String {
    let name = format!("stick/{}", site.path(response).display().to_string().replace('/', "-"));
    to.lay(&name, fs::read(site.path(response)).unwrap()).display().to_string()
}

/// One code on the holder's screen, of which a picture is taken.
fn by_qr(site: &Room, response: &str, to: &Room) -> String {
    let (file, picture) = (site.path(response), site.path("code.png"));
    site.run(&["qr", "show", file.to_str().unwrap(), "--png", picture.to_str().unwrap()]).ok();
    let name = format!("stick/{}", picture.display().to_string().replace('/', "-"));
    let seen = to.lay(&name, fs::read(&picture).unwrap());
    fs::remove_file(&picture).unwrap();
    let read = seen.with_extension("json");
    let told = to.run(&["qr", "read", seen.to_str().unwrap()]).out;
    assert!(
        told.contains("\nIt is a signature response: give it a name that ends in .response.json"),
        "{told}"
    );
    let done = to.run(&["qr", "read", seen.to_str().unwrap(), "--out", read.to_str().unwrap()]).ok();
    let next = format!("\nIt is a signature response: `tuf-ceremony merge {}` takes it,", read.display());
    assert!(done.out.contains(&next), "{}", done.out);
    read.display().to_string()
}

/// A machine with one token.
fn machine(test: &str, person: Person) -> Option<(Room, String)> {
    let mut room = softhsm::room(test)?;
    let home = room.beside("home");
    fs::create_dir(&home).unwrap();
    room.set("HOME", &home);
    let serial = new_token(&room, person.name, person.pin);
    Some((room, serial))
}

/// The machine of the ceremony and those of the holders, with every key made where its holder is.
fn sites(test: &str) -> Option<(Room, Vec<Room>)> {
    let (main, online) = machine(test, ONLINE)?;
    let made: Option<Vec<(Room, String)>> = HOLDERS.iter().map(|person| machine(test, *person)).collect();
    let (sites, serials): (Vec<Room>, Vec<String>) = made?.into_iter().unzip();
    planned_for(&main, "example-elsewhere", &[], |person| {
        let at = HOLDERS.iter().position(|holder| holder.key == person.key);
        at.map_or_else(|| online.clone(), |at| serials[at].clone())
    });
    for (person, site) in HOLDERS.iter().zip(&sites) {
        // The plan is all that goes there, and the directory is what comes back.
        site.write("ceremony.toml", main.read("ceremony.toml"));
        site.run_with_pin(person.pin, &["token", "provision", "--key", person.key]).ok();
        for (file, bytes) in site.tree() {
            main.lay(&format!("from-{}/{file}", person.name), bytes);
        }
        let done = main.merge(&[&format!("from-{}", person.name)]).ok();
        assert_eq!(fates(&done), vec![fate("taken", ""); 2], "{}", done.out);
        fs::remove_dir_all(site.path("")).unwrap();
        fs::create_dir(site.path("")).unwrap();
    }
    main.run_with_pin(ONLINE.pin, &["token", "provision", "--key", ONLINE.key]).ok();
    Some((main, sites))
}

/// The holder's short name in the plan.
fn holder(main: &Room, person: Person) -> String {
    let text = main.read("ceremony.toml");
    let (before, _) = text.split_once(&format!("name = \"{}\"", person.name)).unwrap();
    let (_, section) = before.rsplit_once("[holder.").unwrap();
    section.split(']').next().unwrap().to_owned()
}

/// A request goes to a holder, who answers it with the library of that machine; `more` is on the command line.
fn answers(main: &Room, site: &Room, person: Person, more: &[&str]) {
    site.write(REQUEST, main.request(&holder(main, person)));
    let request = site.path(REQUEST).display().to_string();
    let (root, targets) = (main.typed("root"), main.typed("targets"));
    let mut all = vec!["respond", &request, "--confirm", &root, "--confirm", &targets];
    all.extend(more);
    if !more.contains(&"--module") {
        // The plan names a library that works here, too; it is not for a request to say what runs on this machine.
        let what = format!(
            "the key {} is on a PKCS#11 token, and --module does not say which library of this machine reaches it",
            person.key
        );
        let next = format!(
            "Add the library that you installed here, such as --module /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so. The plan has \
             {MODULE}: that is where it lies at the ceremony, and it was not loaded."
        );
        site.run_with_pin(person.pin, &all).failed(2, &what, &next);
        all.extend(["--module", MODULE]);
    }
    site.run_with_pin(person.pin, &all).ok();
}

/// At the holder's terminal, with the paper beside it.
fn answers_in_person(main: &Room, site: &Room, person: Person) {
    site.write(REQUEST, main.request(&holder(main, person)));
    let request = site.path(REQUEST).display().to_string();
    let mut holder = site.sit_down(&["respond", &request, "--module", MODULE]);
    holder.reads("Compare these words with those who sent the request; Ctrl-C stops.");
    holder.answers("Enter when they agree: ", "");
    for role in ["root", "targets"] {
        holder.reads(&format!(
            "Read the SHA-256 of {role} version 1 from paper, and type its first 8 digits or more."
        ));
        // Enter once too often, and a slip: neither ends anything.
        for slip in ["", &main.typed(role)[..7]] {
            holder.answers("Digits from paper: ", slip);
            holder.reads("That was not 8 or more hex digits. Type them once more, or stop with Ctrl-C.");
        }
        holder.answers("Digits from paper: ", &main.typed(role));
    }
    holder.answers("PIN: ", person.pin);
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("Wrote the response") && !screen.contains(person.pin), "{screen}");
    // The digest is read from paper: whoever has none cannot copy it from this screen.
    let before = screen.split("Digits from paper").next().unwrap();
    assert!(!before.replace(' ', "").contains(&main.typed("root")), "{screen}");
}

/// A shuffle that is the same for the same seed (xorshift).
fn shuffled<T: Clone>(all: &[T], mut seed: u64) -> Vec<T> {
    let mut all = all.to_vec();
    for last in (1..all.len()).rev() {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        all.swap(last, usize::try_from(seed % (last as u64 + 1)).unwrap());
    }
    all
}

/// Ben's signature, made from Ada's.
fn forged(main: &Room, response: &str) -> String {
    let (ada, ben) = (main.keyid(HOLDERS[0].key), main.keyid(HOLDERS[1].key));
    let said: Value = serde_json::from_str(response).unwrap();
    assert!(said.to_string().contains(&ada));
    said.to_string().replace(&ada, &ben)
}

#[test]
fn five_holders_on_five_machines() {
    let test = "elsewhere_sites::five_holders_on_five_machines";
    let Some((main, sites)) = sites(test) else { return };
    main.freeze();
    // Dan answers at once; then the payloads are given up.
    answers(&main, &sites[3], HOLDERS[3], &["--out", &sites[3].path("early.json").display().to_string()]);
    main.run(&["void", "root", "--reason", "Targets expire too late."]).ok();
    let plan = main.read("ceremony.toml");
    let (before, targets) = plan.split_once("\n[role.targets]").unwrap();
    let targets = targets.replacen("1 year", "11 months", 1);
    main.write("ceremony.toml", format!("{before}\n[role.targets]{targets}"));
    main.freeze();

    answers_in_person(&main, &sites[0], HOLDERS[0]);
    // Cem's machine has the module elsewhere.
    let module = sites[2].beside("module.so");
    fs::copy(Path::new(MODULE), &module).unwrap();
    answers(&main, &sites[2], HOLDERS[2], &["--module", module.to_str().unwrap()]);
    for at in [1, 3, 4] {
        answers(&main, &sites[at], HOLDERS[at], &[]);
    }
    // Nothing of the ceremony is on any of those machines but request and response.
    assert_eq!(sites[0].names(""), [REQUEST, RESPONSE]);
    assert_eq!(sites[3].names(""), ["early.json", REQUEST, RESPONSE]);

    let mut sent: Vec<(&str, String)> =
        sites.iter().zip(WAYS).map(|(site, way)| ("taken", way(site, RESPONSE, &main))).collect();
    sent.push(("repeated", sent[0].1.clone()));
    sent.push(("stale", by_stick(&sites[3], "early.json", &main)));
    let forged = main.lay("stick/forged.json", forged(&main, &sites[0].read(RESPONSE)));
    sent.push(("forged", forged.display().to_string()));

    let start = main.tree();
    let mut outcomes = Vec::new();
    for seed in [1, 20_270_114, 0xdead_beef] {
        let room = Room::new();
        start.iter().for_each(|(file, bytes)| room.write(file, bytes));
        arrive(&room, &shuffled(&sent, seed));
        let tree = room.tree();
        outcomes
            .push(tree.into_iter().filter(|(file, _)| file.starts_with("signatures/")).collect::<Vec<_>>());
    }
    // Whatever the order, the same signatures are there.
    assert_eq!(outcomes[0].len(), 10);
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));

    arrive(&main, &shuffled(&sent, 42));
    let (snapshot, timestamp) = (main.typed("snapshot"), main.typed("timestamp"));
    let confirm = ["sign", "--key", ONLINE.key, "--confirm", &snapshot, "--confirm", &timestamp];
    main.run_with_pin(ONLINE.pin, &confirm).ok();
    main.run(&["release"]).ok();
    let root = main.json("metadata/1.root.json");
    assert_eq!(root["signatures"].as_array().unwrap().len(), 5);
    our_client_accepts(&main);
    clients_accept(test, &main);
    main.run(&["seal"]).ok();
    // Each response that was refused is in the record with its check.
    let refused: Vec<Value> = main.record().into_iter().filter(|line| line["event"] == "refused").collect();
    let checks: Vec<&str> = refused.iter().map(|line| line["data"]["check"].as_str().unwrap()).collect();
    let count = |check: &str| checks.iter().filter(|one| **one == check).count();
    assert_eq!((count("SIGN-STALE"), count("SIGN-VERIFY"), checks.len()), (1, 1, 2));
    // And who signed what, although nobody signed here.
    let merged = main.record().into_iter().filter(|line| line["event"] == "merged");
    let signatures: Vec<Value> =
        merged.flat_map(|line| line["data"]["signatures"].as_array().unwrap().clone()).collect();
    assert_eq!(signatures.len(), 10);
    for person in HOLDERS {
        let of_root = json!({
            "holder": person.name, "key": person.key, "keyid": main.keyid(person.key), "payload": main.digest("root"),
            "role": "root", "version": 1,
        });
        assert!(signatures.contains(&of_root), "{of_root}\n{signatures:?}");
    }
}

/// Responses arrive one by one, in this order.
#[track_caller]
fn arrive(room: &Room, sent: &[(&str, String)]) {
    let mut seen = Vec::new();
    for (kind, path) in sent {
        let done = room.run(&["merge", "--json", path]);
        let told = fates(&done);
        let (code, expected) = match *kind {
            "stale" => (1, fate("refused", "SIGN-STALE")),
            "forged" => (1, fate("refused", "SIGN-VERIFY")),
            _ if seen.contains(&path) => (0, fate("before", "")),
            _ => (0, fate("taken", "")),
        };
        assert_eq!((done.code, told), (code, vec![expected; 2]), "{kind}: {}{}", done.out, done.err);
        seen.push(path);
    }
    let status = room.run(&["status", "--json"]).json();
    let all = json!(["Ada (root-1)", "Ben (root-2)", "Cem (root-3)", "Dan (root-4)", "Eve (root-5)"]);
    assert_eq!(
        (&status["payloads"][0]["new"]["signed"], &status["payloads"][1]["new"]["signed"]),
        (&all, &all)
    );
}
