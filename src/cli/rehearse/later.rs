//! Ceremonies after the first: a refresh, a rotation, a new device, and the night after a compromise. Each plays the first
//! ceremony without a word, and goes on from what it released.

use std::collections::BTreeMap;
use std::path::Path;

use super::play::{KEYS, Play};
use super::{attacker, genesis};
use crate::ceremony::change::Change;
use crate::ceremony::compromise::newcomer;
use crate::ceremony::directory::ADMINISTRATOR;
use crate::ceremony::verify::Published;
use crate::ceremony::{CeremonyError, start};
use crate::checks::Check;
use crate::cli::{compromise, plan, show, status, verify as verify_output};
use crate::host::display::{visible, word};
use crate::host::{clock, files};
use crate::policy::Reason;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::client::Profile;
use crate::tuf::client::report::Look;

/// A ceremony that goes on from the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// The same keys for another year.
    Refresh,
    /// The online key gives its place to a new one.
    OnlineKey,
    /// A holder has a new device.
    Holder,
    /// The online key is in other hands.
    Compromise,
}

impl Later {
    /// The ceremony that follows a script of this name.
    pub fn of(script: &str) -> Option<Later> {
        match script {
            "annual-refresh" => Some(Later::Refresh),
            "online-key-rotation" => Some(Later::OnlineKey),
            "holder-replacement" => Some(Later::Holder),
            "compromise" => Some(Later::Compromise),
            _ => None,
        }
    }

    /// What there is before the plan.
    pub fn story(self) -> &'static str {
        match self {
            Later::Refresh => {
                "A year has gone by. Root and targets expire; nobody has left, and no key is to change. The ceremony goes on \
                 from the directory of the first one: its plan, its public keys, and what it released."
            }
            Later::OnlineKey => {
                "The server is replaced, and with it the key that signs every day. Nobody else has the old key; it is just \
                 old. The ceremony goes on from the directory of the first one."
            }
            Later::Holder => {
                "Ada's token fell into a lake. She has a new one, and four others can still sign for the old root. The \
                 ceremony goes on from the directory of the first one."
            }
            Later::Compromise => {
                "At night somebody finds the disk of the server in a bin. Its key signs snapshot and timestamp. Whoever has it \
                 can publish both with the highest version that there is, and no client will take ours any longer."
            }
        }
    }
}

/// Plays all acts, below `place`.
pub fn play(later: Later, place: &Path) -> Result<(), CeremonyError> {
    files::folder(place)?;
    let (first, attacked, second) = (place.join("first"), place.join("attacked"), place.join("ceremony"));
    genesis::quietly(&first)?;
    let published = first.join("metadata");
    let request = start::Request { from: Some(&first), ..Default::default() };
    let mut play = Play::new(&second, &request, 6)?;
    play.act(1, "What happened", later.story());
    play.say("(The first ceremony was played without a word; it lies in first/.)");
    if later == Later::Compromise {
        attack(&mut play, &published, &attacked)?;
    }
    play.does("new ceremony --from first");
    play.say("Took over the plan, the public keys, and what is published today.");
    let new = the_plan(&mut play, later)?;
    if let Some(key) = new {
        play.act(3, "The new key", "Its device is new, and signs for nothing yet.");
        play.makes_key(&key)?;
        play.reopen()?;
    } else {
        play.act(3, "New keys", "None: the same people with the same keys.");
    }
    let words = "What is published is the base: files, delegations and every field that this program does not know are carried \
                 over, and only what can no longer stay as it is gets a new version.";
    play.act(4, "Drafts and payloads", words);
    play.drafts_and_freezes()?;
    let words = "The root needs the threshold of the old keys and of the new.";
    play.act(5, "Signatures", words);
    signatures(&mut play, later)?;
    let words = "Before anything is written, every kind of client is asked, from every root that is trusted: also one that was \
                 offline all the while, and one that took what an attacker signed.";
    play.act(6, "The release", words);
    play.releases()?;
    play.say(
        "\nThe files of metadata/ are published over what was there; published/ is what the world sees then.",
    );
    let world = place.join("published");
    files::create_folder(&world, &overlaid(&published, &second.join("metadata"))?)?;
    let state = (later == Later::Compromise).then_some(attacked.as_path());
    play.judges(world, state)?;
    let (shown, second) = (visible(&place.to_string_lossy()), word(&second));
    play.say(&format!(
        "\nThe rehearsal is over. Everything lies in {shown}\n\
         \x20 first/     the ceremony before, and its release\n\
         \x20 ceremony/  this ceremony: plan, payloads, signatures, metadata/, record\n\
         \x20 published/ what the world sees afterwards\n\
         \nTry next:\n\
         \x20 tuf-ceremony -C {second} status\n\
         \x20 tuf-ceremony -C {second} review root\n\
         \x20 tuf-ceremony new next --from {second}   the one after this"
    ));
    Ok(())
}

/// The files of one folder over those of another.
fn overlaid(under: &Path, over: &Path) -> Result<Vec<(String, Vec<u8>)>, CeremonyError> {
    let mut all = BTreeMap::new();
    for folder in [under, over] {
        for name in files::list(folder)? {
            let bytes = files::read(&folder.join(&name), METADATA_LIMIT)?;
            all.insert(name, bytes);
        }
    }
    Ok(all.into_iter().collect())
}

/// The attacker publishes, and a client takes it.
fn attack(play: &mut Play, published: &Path, folder: &Path) -> Result<(), CeremonyError> {
    let attacked = attacker::publishes(published, folder, clock::now())?;
    play.say("\nThis is what the attacker publishes, in attacked/. A client cannot tell:");
    play.does("verify attacked --trusted attacked/1.root.json");
    let look = Look { profile: Profile::Strict, at: clock::now(), roots_only: false };
    let trusted = attacked.join("1.root.json");
    let taken =
        Published { directory: attacked.clone(), look, state: None, targets: None }.verify(&trusted)?;
    play.say(&verify_output::text(&taken));
    play.say("\nAnd from then on it refuses what we publish:");
    play.does("verify first/metadata --trusted attacked/1.root.json --state attacked");
    let ours = Published { directory: published.to_owned(), look, state: Some(attacked), targets: None };
    let report = ours.verify(&trusted)?;
    play.say(&verify_output::text(&report));
    if taken.refused.is_some() || report.refused.is_none() {
        return Err(CeremonyError::NotCaught { expected: "the attack" });
    }
    Ok(())
}

/// Changes the plan. Returns the key that is new.
pub fn the_plan(play: &mut Play, later: Later) -> Result<Option<String>, CeremonyError> {
    let words = "ceremony.toml is edited by intent: its comments stay, and each act is declared, so that nothing else can change \
                 unseen.";
    play.act(2, "The plan", words);
    let new = match later {
        Later::Refresh => {
            play.does("change refresh");
            changes(play, &[Change::Refresh])?;
            None
        }
        Later::OnlineKey => {
            play.does("change rotate-online --by online-2 --serial R-0010");
            let (by, newcomer) = newcomer(&play.ceremony.policy, "online", "R-0010")?;
            changes(
                play,
                &[Change::ReplaceKey { key: "online".to_owned(), by: by.clone(), newcomer, reason: None }],
            )?;
            Some(by)
        }
        Later::Holder => {
            play.does("change replace-key ada-card --by ada-card-2 --old-serial R-0001 --serial R-0011 --reason lost");
            let (by, newcomer) = newcomer(&play.ceremony.policy, "ada-card", "R-0011")?;
            let reason = Some((Reason::Lost, None));
            changes(
                play,
                &[Change::ReplaceKey { key: "ada-card".to_owned(), by: by.clone(), newcomer, reason }],
            )?;
            Some(by)
        }
        Later::Compromise => {
            play.say("Somebody is in a hurry, and revokes the key before there is another.");
            play.does("change revoke-key online --reason compromised");
            play.mistake(Check::RootRevoked, |play| {
                let key = "online".to_owned();
                let revoke = Change::RevokeKey { key, reason: Reason::Compromised, since: None };
                let refused = play.ceremony.change(&[revoke]);
                if let Err(error) = &refused {
                    play.ceremony.record_refusal(ADMINISTRATOR, "change", error)?;
                }
                refused.map(|_| ())
            })?;
            play.say("\nThe wizard asks five questions.");
            play.does("compromise");
            let answers = ["online", "unknown", "The server's disk was found in a bin.", "", "online=R-0010"];
            play.narrator.will_type(answers.map(str::to_owned));
            let Play { ceremony, narrator, .. } = play;
            let doubt = compromise::ask(narrator, ceremony, &compromise::Args::default(), false)?;
            let response = ceremony.respond(&doubt)?;
            compromise::say_response(narrator, ceremony, &response)?;
            play.ceremony.policy.revoke.iter().find_map(|revoked| revoked.replacement.clone())
        }
    };
    play.does("plan");
    let text = plan::text(&play.ceremony, &play.ceremony.plan()?);
    play.say(&text);
    Ok(new)
}

fn changes(play: &mut Play, all: &[Change]) -> Result<(), CeremonyError> {
    for act in play.ceremony.change(all)? {
        play.say(&show::wrap(&format!("Declared in ceremony.toml: {act}."), 78));
    }
    Ok(())
}

/// Everybody who is needed signs, and one more.
fn signatures(play: &mut Play, later: Later) -> Result<(), CeremonyError> {
    let replaced = |key: &str| {
        let revoked = play.ceremony.policy.revoke.iter().find(|revoked| revoked.key == key);
        revoked.and_then(|revoked| revoked.replacement.clone())
    };
    let holders = if later == Later::Holder {
        ["ben-card", "chi-card", "dev-card", "ada-card-2"]
    } else {
        [KEYS[0], KEYS[1], KEYS[2], KEYS[3]]
    };
    let online = match later {
        Later::OnlineKey => "online-2".to_owned(),
        _ => replaced("online").unwrap_or_else(|| "online".to_owned()),
    };
    for key in holders {
        play.signs(key)?;
    }
    // A new device of a holder changes nothing that the server signs.
    let is_made = play.ceremony.payloads()?.iter().any(|payload| payload.role == "timestamp");
    if is_made {
        play.say("\nThe server's key signs what expires soon.");
        play.signs(&online)?;
    }
    play.does("status");
    let text = status::text(&play.ceremony, &play.ceremony.status()?);
    play.say(&text);
    Ok(())
}
