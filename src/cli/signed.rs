//! Keys and files of checkpoints, as the commands find them.

use crate::access::Entropy;
use crate::breakage::{self, Breakage};
use crate::config::Config;
use crate::transparency::{Kept, Notary, VerifierKey, read_checkpoints};
use crate::verify::Checkpoints;
use std::io::ErrorKind;
use std::path::Path;

/// Opens this server's key and file, each made at the first start.
pub fn notary(config: &Config) -> Result<Notary, String> {
    let seed = Entropy::System.bytes();
    Notary::open(&config.checkpoint_key(), &config.checkpoints(), &config.log_name(), seed)
}

pub fn print_key(config: &Config) -> Result<(), String> {
    let path = config.checkpoint_key();
    let key = Notary::verifier_at(&path)?.ok_or_else(|| {
        format!("there is no key {} yet: the first `onewindow serve` makes it", path.display())
    })?;
    println!("{key}");
    Ok(())
}

/// The checkpoints to verify by. Without a file named and without a key of this server's own there are none to expect:
/// the database may belong to servers elsewhere.
pub fn known(
    config: &Config,
    named: Option<&Path>,
    verifier: Option<&VerifierKey>,
) -> Result<Checkpoints, String> {
    if breakage::is(Breakage::VerifyWithoutCheckpoints) {
        return Ok(Checkpoints::default());
    }
    let own = config.checkpoints();
    let path = named.unwrap_or(&own);
    let key = match verifier {
        Some(key) => Some(key.clone()),
        None => Notary::verifier_at(&config.checkpoint_key())?,
    };
    let Some(key) = key else {
        return if path.exists() {
            Err(format!("{} cannot be checked: name its key by --verifier-key", path.display()))
        } else {
            Ok(Checkpoints::default())
        };
    };
    let is_own = path == own;
    match read_checkpoints(path, &key) {
        Ok(kept) if is_own => Ok(Checkpoints::kept_by_server(own, key, kept)),
        Ok(kept) => Ok(Checkpoints::copied(kept)),
        // Whether there should be one, the database knows.
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
            Ok(Checkpoints::kept_by_server(own, key, Kept::default()))
        }
        Err(error) => Err(format!("the checkpoints {} cannot be read: {error}", path.display())),
    }
}
