//! `cargo xtask openapi`: the checked-in contract, written as the server generates it.

use std::fs;

use crate::child;
use crate::workspace::Workspace;

pub fn run(workspace: &Workspace) -> Result<(), String> {
    let mut cargo =
        workspace.cargo(["run", "--locked", "--quiet", "--package", "onewindow", "--", "openapi"]);
    let document = child::text_of(&mut cargo)?;
    let file = workspace.path("openapi/openapi.json");
    let failed = |error| format!("{}: {error}", file.display());
    if fs::read_to_string(&file).is_ok_and(|earlier| earlier == document) {
        println!("openapi/openapi.json is up to date");
        return Ok(());
    }
    fs::create_dir_all(workspace.path("openapi")).map_err(failed)?;
    fs::write(&file, document).map_err(failed)?;
    println!("openapi/openapi.json written");
    Ok(())
}
