//! `cargo xtask package`: one archive that installs on a machine without internet.

use std::fs;
use std::path::Path;

use crate::child;
use crate::version::Version;
use crate::workspace::Workspace;

/// What goes in beside the program, as it lies in the repository.
const FILES: [&str; 12] = [
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "README.md",
    "docs/officers.md",
    "docs/operations.md",
    "docs/operators.md",
    "docs/partners.md",
    "openapi/openapi.json",
    "packaging",
    "packs",
    "examples",
];

/// Builds the program and packs it; with `debug` the debug build, for trying this out.
pub fn run(workspace: &Workspace, debug: bool) -> Result<(), String> {
    let mut cargo = workspace.cargo(["build", "--locked", "--package", "onewindow"]);
    child::run(if debug { &mut cargo } else { cargo.arg("--release") })?;
    let server = workspace.server(!debug)?;
    let line = child::version_line(server.to_str().ok_or("the target folder's name is not UTF-8")?);
    let version =
        line.as_deref().and_then(Version::found_in).ok_or("the program does not say its version")?;
    let name = format!("onewindow-{version}-{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    let target = server.parent().and_then(Path::parent).ok_or("cargo has no target folder")?.join("package");
    let folder = target.join(&name);
    // What an earlier run left would go into this one's archive.
    let _ = fs::remove_dir_all(&folder);
    lay_out(workspace, &server, &folder)?;
    let archive = format!("{name}.tar.gz");
    let mut tar = workspace.command("tar");
    tar.args(["--owner=0", "--group=0", "--sort=name", "-czf", &archive, &name]);
    child::run_quietly(tar.current_dir(&target))?;
    let mut sum = workspace.command("sha256sum");
    let sum = child::text_of(sum.arg(&archive).current_dir(&target))?;
    fs::write(target.join(format!("{archive}.sha256")), &sum).map_err(|error| error.to_string())?;
    println!("{}\n{}", target.join(archive).display(), sum.trim_end());
    Ok(())
}

fn lay_out(workspace: &Workspace, server: &Path, folder: &Path) -> Result<(), String> {
    let copied = |from: &Path, to: &Path| {
        let made = to.parent().map_or(Ok(()), fs::create_dir_all);
        made.map_err(|error| format!("{}: {error}", to.display()))?;
        child::run_quietly(workspace.command("cp").arg("-R").args([from, to]))
    };
    copied(server, &folder.join("bin/onewindow"))?;
    FILES.iter().try_for_each(|file| copied(&workspace.path(file), &folder.join(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_packed_exists() {
        let workspace = Workspace::of_this_package();
        let missing: Vec<_> = FILES.iter().filter(|file| !workspace.path(file).exists()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
