//! `pack check`, `pack load` and `pack export`.

use super::{said, window};
use crate::catalogue::{self, Imported, PackFiles};
use crate::command::by_program;
use crate::config::Config;
use crate::demo;
use std::path::Path;

pub fn check(folder: &Path) -> Result<(), String> {
    catalogue::parse(&read(folder)?).map(|_| ()).map_err(|faults| listing(&faults))
}

pub async fn load(config: &Config, folder: &Path) -> Result<(), String> {
    let files = read(folder)?;
    let window = window(config, config.profile()?).await?;
    let (imported, redated) = by_program(&window, move |act| demo::load_pack(act, &files))
        .await
        .map_err(|problem| said(&problem))?;
    match imported {
        Imported::Version(version) => {
            println!("pack version {version} loaded; {redated} open dates changed");
            Ok(())
        }
        Imported::Unchanged(version) => {
            println!("these files are pack version {version} already");
            Ok(())
        }
        Imported::Refused(faults) => Err(listing(&faults)),
    }
}

pub async fn export(config: &Config, folder: &Path) -> Result<(), String> {
    let window = window(config, config.profile()?).await?;
    let files = window
        .store()
        .read(|conn| {
            let version = catalogue::current(conn)?.version;
            catalogue::version_files(conn, version)
        })
        .await
        .map_err(|problem| said(&problem))?;
    files.write(folder).map_err(|error| format!("the pack cannot be written: {error}"))?;
    println!("{} files written", files.0.len());
    Ok(())
}

fn listing(faults: &[catalogue::Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("the pack is refused, {} faults:\n{}", faults.len(), lines.join("\n"))
}

fn read(folder: &Path) -> Result<PackFiles, String> {
    PackFiles::read(folder).map_err(|fault| fault.to_string())
}
