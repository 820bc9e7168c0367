//! Real PKCS#11 modules in tests. A module reads its configuration from the environment once a process, and a test
//! must not change the environment of its neighbours: so each test runs itself again, alone, in a child process.

use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::token::KeyPlace;

/// Where Debian's package `softhsm2` puts its module.
pub const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub const PIN: &str = "12345678";
pub const SO_PIN: &str = "87654321";

/// Names the test that a child process is to run.
const CHILD: &str = "TUF_CEREMONY_TEST_CHILD";

/// Runs `body` in a child process with `environment`. `test` is the calling test's own name, with its module.
pub fn in_child(test: &str, environment: &[(&str, &Path)], body: impl FnOnce()) {
    if std::env::var_os(CHILD).is_some_and(|name| name == test) {
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, test)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    println!("{told}");
    // A misspelt name runs nothing and succeeds.
    assert!(told.contains("1 passed"), "{told}");
}

/// Whether a real part is there. A missing one skips the test, aloud; in CI, where all parts are, it fails it.
pub fn present(test: &str, part: &Path, package: &str) -> bool {
    if part.exists() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test}: {package} is not installed");
    println!("SKIPPED {test}: {package} is not installed");
    false
}

/// Runs `body` with a SoftHSM of its own, still without tokens, in an empty folder.
pub fn with_softhsm(test: &str, body: impl FnOnce(&SoftHsm)) {
    if !present(test, Path::new(SOFTHSM), "softhsm2") {
        return;
    }
    // In the child, the configuration's folder is the fixture's; in the parent, one is made.
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&configuration, text).unwrap();
    in_child(test, &[("SOFTHSM2_CONF", &configuration)], || {
        let configuration = PathBuf::from(std::env::var_os("SOFTHSM2_CONF").unwrap());
        body(&SoftHsm { tokens: configuration.with_file_name("tokens") });
    });
}

/// Runs `body` with a kryoptic of its own: one blank token. `TUF_CEREMONY_KRYOPTIC` names the module, which
/// `tests/parts/kryoptic` builds.
pub fn with_kryoptic(test: &str, body: impl FnOnce(&Path)) {
    let module = PathBuf::from(std::env::var_os("TUF_CEREMONY_KRYOPTIC").unwrap_or_default());
    if !present(test, &module, "kryoptic (TUF_CEREMONY_KRYOPTIC)") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("kryoptic.toml");
    let database = folder.path().join("token.sql");
    let text = format!("[[slots]]\nslot = 1\ndbtype = \"sqlite\"\ndbargs = \"{}\"\n", database.display());
    std::fs::write(&configuration, text).unwrap();
    in_child(test, &[("KRYOPTIC_CONF", &configuration)], || body(&module));
}

/// A SoftHSM in a folder.
pub struct SoftHsm {
    /// Where it keeps its tokens, a folder each.
    pub tokens: PathBuf,
}

impl SoftHsm {
    /// The module, started if it was not, for what an administrator does outside of this program.
    pub fn admin(&self) -> Admin {
        Admin(start(Path::new(SOFTHSM)))
    }

    /// Changes a token's serial number in its file. The module must not be running.
    pub fn renumber(&self, serial: &str, to: &[u8]) {
        // A length of eight bytes, most significant first, precedes every value (SoftHSMv2, ObjectFile.cpp).
        let value = |serial: &[u8]| [&(serial.len() as u64).to_be_bytes()[..], serial].concat();
        let (old, new) = (value(serial.as_bytes()), value(to));
        for folder in std::fs::read_dir(&self.tokens).unwrap() {
            let file = folder.unwrap().path().join("token.object");
            let bytes = std::fs::read(&file).unwrap();
            if let Some(at) = bytes.windows(old.len()).position(|window| window == old) {
                return std::fs::write(&file, [&bytes[..at], &new, &bytes[at + old.len()..]].concat())
                    .unwrap();
            }
        }
        unreachable!("no token has serial {serial}");
    }
}

/// Loads a module and starts it if it was not started in this process yet.
pub fn start(module: &Path) -> Pkcs11 {
    let module = Pkcs11::new(module).unwrap();
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => module,
        Err(error) => panic!("{error}"),
    }
}

/// The administrator's hands.
pub struct Admin(pub Pkcs11);

impl Admin {
    /// Initialises a token and its user PIN; gives its serial number.
    pub fn new_token(&self, label: &str) -> String {
        let blank = |slot: &Slot| !self.0.get_token_info(*slot).unwrap().token_initialized();
        let slot = self.0.get_slots_with_token().unwrap().into_iter().find(blank).unwrap();
        self.0.init_token(slot, &secret(SO_PIN), label).unwrap();
        let session = self.0.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&secret(SO_PIN))).unwrap();
        session.init_pin(&secret(PIN)).unwrap();
        self.0.get_token_info(slot).unwrap().serial_number().to_owned()
    }

    /// The slot of the token with this serial number.
    pub fn slot(&self, serial: &str) -> Slot {
        let is_it = |slot: &Slot| self.0.get_token_info(*slot).unwrap().serial_number() == serial;
        self.0.get_slots_with_token().unwrap().into_iter().find(is_it).unwrap()
    }

    /// A read-write session with the token, logged in if the program is.
    pub fn session(&self, serial: &str) -> Session {
        self.0.open_rw_session(self.slot(serial)).unwrap()
    }

    /// A read-write session as the user, to put things on the token behind the program's back.
    pub fn user(&self, serial: &str) -> Session {
        let session = self.session(serial);
        session.login(UserType::User, Some(&secret(PIN))).unwrap();
        session
    }
}

pub fn secret(text: &str) -> AuthPin {
    AuthPin::new(text.into())
}

pub fn pin(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

/// A place known by its label.
pub fn by_label(label: &str) -> KeyPlace {
    KeyPlace { id: None, label: label.to_owned() }
}

/// A place known by its id.
pub fn by_id(id: u8, label: &str) -> KeyPlace {
    KeyPlace { id: Some(vec![id]), label: label.to_owned() }
}
