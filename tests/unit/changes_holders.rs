//! What people do in a ceremony: they bring tokens, and sign until it is enough.

use std::collections::BTreeSet;

use tuf_ceremony::ceremony::Ceremony;
use tuf_ceremony::ceremony::provision::{PinFrom, provision};
use tuf_ceremony::ceremony::sign::{Request, sign};
use tuf_ceremony::ceremony::tokens::Tokens;
use tuf_ceremony::console::{Console, ConsoleError};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::token::rehearsal::PIN;

use crate::changes_world::{World, refusing, trouble};

impl World {
    /// Every key of the plan gets its token.
    pub fn provision(&self, mut ceremony: Ceremony) -> Ceremony {
        let missing = ceremony.policy.keys.keys().filter(|name| ceremony.keyring.get(name).is_none());
        for name in missing.cloned().collect::<Vec<_>>() {
            provision(&mut ceremony, &mut Tokens::new(), &mut Holder, &name, false, PinFrom::Prompt).unwrap();
        }
        ceremony.close().unwrap();
        self.open()
    }

    /// Holders come forward until it is enough, or nobody is left; false if it never is.
    pub fn sign_and_release(&mut self, ceremony: &mut Ceremony, made: &BTreeSet<String>) -> bool {
        let after = made.iter().map(|name| &self.model.roles[name]);
        let before = self.today.roles.get("root").filter(|_| made.contains("root"));
        let wanted: BTreeSet<String> = after.chain(before).flat_map(|role| role.keys.clone()).collect();
        // Whoever stole a key may sign with it too, and it counts for the old root; nobody can sign with a lost one.
        let able = |name: &String| self.model.keys[name].held;
        let (able, unable): (Vec<String>, Vec<String>) = wanted.into_iter().partition(able);
        let mut signers = self.random.shuffled(able);
        let mut signed = BTreeSet::new();
        for thief in unable.iter().filter(|name| self.model.keys[*name].stolen) {
            if self.random.chance(20) {
                signers.insert(0, thief.clone());
            }
        }
        let confirm: Vec<String> =
            ceremony.payloads().unwrap().iter().map(|one| format!("{:.8}", one.digest)).collect();
        loop {
            let missing = self.model.missing(&self.today, made, &signed);
            if missing.is_empty() || signers.is_empty() || self.random.chance(5) {
                let released = ceremony.release().unwrap();
                assert_eq!(refusing(&released.findings), missing, "{}", trouble(&released.findings));
                assert_eq!(released.outcome.is_ok(), ceremony.path("metadata").exists());
                if missing.is_empty() || signers.is_empty() {
                    self.log.push(format!("  signed by {signed:?}: {missing:?}"));
                    return missing.is_empty();
                }
            }
            let key = signers.remove(0);
            let request = Request { key: &key, confirm: &confirm, pin: PinFrom::Prompt };
            sign(ceremony, &mut Tokens::new(), &mut Holder, &mut |_, _, _| Ok(()), &request).unwrap();
            signed.insert(key);
        }
    }
}

/// Types the PIN, and nothing else.
struct Holder;

impl Console for Holder {
    fn say(&mut self, _: &str) {}

    fn show(&mut self, _: &str) -> Result<(), ConsoleError> {
        Ok(())
    }

    fn can_ask(&self, _: &str, _: &str) -> Result<(), ConsoleError> {
        Ok(())
    }

    fn ask(&mut self, prompt: &str, flag: &str) -> Result<String, ConsoleError> {
        Err(ConsoleError::NoTerminal { question: prompt.to_owned(), flag: flag.to_owned() })
    }

    fn ask_hidden(&mut self, _: &str, _: &str) -> Result<Secret, ConsoleError> {
        Ok(Secret::new(PIN.as_bytes().to_vec()))
    }
}
