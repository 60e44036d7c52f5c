//! Where the repository lies, and cargo as a person at its root would call it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child;
use crate::json::Json;

pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository whose `xtask` is running. Cargo tells the folder at run time, so a moved clone still works.
    pub fn of_this_package() -> Self {
        let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        Self { root }
    }

    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A command that runs at the root, without what cargo told this program about itself: a build script that
    /// watches one of those variables would otherwise be run again by the next plain `cargo build`.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            let own = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_")
                    || name.starts_with("CARGO_MANIFEST_")
                    || name == "CARGO_BIN_NAME"
            });
            if own {
                command.env_remove(name);
            }
        }
        command
    }

    pub fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }

    /// What `cargo metadata` says of the workspace and, unless `packages_only`, of all it depends on.
    pub fn metadata(&self, own_packages_only: bool) -> Result<Json, String> {
        let mut cargo = self.cargo(["metadata", "--locked", "--format-version", "1"]);
        if own_packages_only {
            cargo.arg("--no-deps");
        }
        Json::parse(&child::text_of(&mut cargo)?)
    }

    /// The server's executable, as built by `cargo build` (with `--release`, if `release`).
    pub fn server(&self, release: bool) -> Result<PathBuf, String> {
        let metadata = self.metadata(true)?;
        let target = metadata.text("target_directory").ok_or("cargo metadata names no target directory")?;
        Ok(Path::new(target).join(if release { "release" } else { "debug" }).join("onewindow"))
    }

    /// What is being built, for results: the commit, and whether code differs from it. Pages may differ: results are.
    pub fn commit(&self) -> Option<String> {
        let commit = child::text_of(self.command("git").args(["rev-parse", "HEAD"])).ok()?;
        let unchanged = ["diff", "--quiet", "HEAD", "--", ".", ":(exclude)docs"];
        let changed = child::run_quietly(self.command("git").args(unchanged)).is_err();
        Some(format!("{}{}", commit.trim(), if changed { " with changes" } else { "" }))
    }
}
