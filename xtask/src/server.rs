//! The server's program on a SQLite database in a folder.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::Workspace;

pub struct Server<'a> {
    pub workspace: &'a Workspace,
    pub program: PathBuf,
    pub data_dir: PathBuf,
}

impl Server<'_> {
    /// The server's executable with `words`, on the database in the data folder.
    pub fn command(&self, words: &[&str]) -> Command {
        let database = format!("sqlite://{}", self.data_dir.join("onewindow.sqlite").display());
        let mut command = self.workspace.command(&self.program);
        command.args(words).args(["--database", &database, "--data-dir"]).arg(&self.data_dir);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_lies_in_the_data_folder() {
        let workspace = &Workspace::of_this_package();
        let command =
            Server { workspace, program: "onewindow".into(), data_dir: "data".into() }.command(&["migrate"]);
        let words: Vec<_> = command.get_args().collect();
        assert_eq!(words, ["migrate", "--database", "sqlite://data/onewindow.sqlite", "--data-dir", "data"]);
    }
}
