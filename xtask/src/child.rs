//! Running other programs: to their end, or for what they print.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs to the end with this program's own output streams. An exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<(), String> {
    let status = command.stdin(Stdio::null()).status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", name(command))) }
}

/// What the program prints on standard output; its standard error goes to ours.
pub fn text_of(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{} ended with {}", name(command), output.status))
    }
}

/// Runs silently; on failure the error carries what the program said.
pub fn run_quietly(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!(
        "{} ended with {}\n{}",
        name(command),
        output.status,
        String::from_utf8_lossy(&said).trim_end()
    ))
}

/// First line of `program --version`, or nothing where the program cannot be run.
pub fn version_line(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// Whether the search path has it, or the folders of the system's own programs, which not every user's path names.
pub fn is_found(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(Into::into));
    folders.any(|folder| folder.join(program).is_file())
}

pub fn is_present(program: &str) -> bool {
    version_line(program).is_some()
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("{} could not be started: {error}", name(command))
}

/// The command as a person would type it: without the folder the program lies in.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
