//! The units that operators install.

use std::fs;
use std::process::Command;

/// systemd itself reads them, where there is one; the program is taken from where it was built.
#[test]
fn the_units_are_what_systemd_understands() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    for entry in fs::read_dir("packaging").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "service" || extension == "timer") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains("OneWindow"), "{}", path.display());
            let unit = folder.path().join(path.file_name().unwrap());
            let here = text.replace("/usr/local/bin/onewindow", env!("CARGO_BIN_EXE_onewindow"));
            fs::write(&unit, here).unwrap();
            units.push(unit);
        }
    }
    assert_eq!(units.len(), 3);
    let output = Command::new("systemd-analyze").arg("verify").args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("onewindow"), "{said}");
}
