//! `backup` and `restore`: what they say.

use crate::backup::{self, Manifest};
use crate::clock::Clock;
use crate::config::Config;
use std::path::Path;

pub fn take(config: &Config, to: &Path) -> Result<(), String> {
    let manifest =
        backup::take(&config.database, to, Clock::System.now()).map_err(|refusal| refusal.to_string())?;
    println!("backed up to {}: {}", to.display(), summary(&manifest));
    Ok(())
}

pub fn restore(config: &Config, from: &Path, despite_faults: bool) -> Result<(), String> {
    let restored = backup::restore(&config.database, from, despite_faults, Clock::System.now())
        .map_err(|refusal| refusal.to_string())?;
    println!("restored from {}: {}", from.display(), summary(&restored.manifest));
    println!("{} migrations run, {} sessions ended", restored.migrated, restored.sessions_ended);
    if restored.faults.is_empty() {
        println!("the counts are the manifest's, and verify finds no fault");
    } else {
        eprintln!("{} faults were restored with it:\n{}", restored.faults.len(), restored.faults.join("\n"));
    }
    Ok(())
}

fn summary(manifest: &Manifest) -> String {
    format!(
        "all that was acknowledged before {}; {} rows in {} tables, {} events, {} KiB",
        manifest.begun_at,
        manifest.rows(),
        manifest.tables.len(),
        manifest.events.count,
        manifest.bytes().div_ceil(1024)
    )
}
