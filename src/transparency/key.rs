//! The signing key of checkpoints: a file outside the database, so that whoever owns the database cannot sign.

use super::note::SigningKey;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Reads the key; `None` when there is no file.
pub fn load(path: &Path) -> Result<Option<SigningKey>, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("the key {} cannot be read: {error}", path.display())),
    };
    SigningKey::parse(text.trim_end())
        .map(Some)
        .ok_or_else(|| format!("{} is not a signing key of checkpoints", path.display()))
}

/// Reads the key, or makes it from this seed. The file appears whole or not at all; of two programs that make it at
/// once, one finds the other's.
pub fn load_or_make(path: &Path, name: &str, seed: [u8; 32]) -> Result<SigningKey, String> {
    if let Some(key) = load(path)? {
        return Ok(key);
    }
    let fresh =
        SigningKey::new(name, seed).ok_or_else(|| format!("{name} cannot be the name of a signing key"))?;
    put(path, &fresh).map_err(|error| format!("the key {} cannot be made: {error}", path.display()))?;
    load(path)?.ok_or_else(|| format!("the key {} cannot be kept", path.display()))
}

fn put(path: &Path, key: &SigningKey) -> std::io::Result<()> {
    // Named by what it holds: nobody else writes a file of this name.
    let suffix = crate::journal::hex(&key_mark(key));
    let whole = path.with_extension(suffix);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&whole)?;
    writeln!(file, "{}", key.secret_text())?;
    file.sync_all()?;
    let linked = fs::hard_link(&whole, path);
    fs::remove_file(&whole)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder_of(path)
}

/// The first bytes of the hash of the verifier key.
fn key_mark(key: &SigningKey) -> [u8; 8] {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(key.verifier().to_string());
    let mut mark = [0; 8];
    mark.copy_from_slice(&digest[..8]);
    mark
}

/// A new name in a folder is on disk only when the folder is.
pub fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.key");
        assert!(load(&path).unwrap().is_none());
        let made = load_or_make(&path, "window.example.cn/log", [1; 32]).unwrap();
        let again = load_or_make(&path, "elsewhere", [2; 32]).unwrap();
        assert_eq!(made.verifier(), again.verifier());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        fs::write(&path, "nonsense").unwrap();
        assert!(load(&path).is_err());
    }
}
