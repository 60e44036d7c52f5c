//! The packages of a `Cargo.lock`, and the rules that no registry checks for us.

use crate::version::Version;

/// Lowest version that may be built in, and what the older ones do wrong. Kept by hand because advisory databases
/// learn of such things late.
const FLOORS: [(&str, &str, &str); 9] = [
    ("actix-http", "3.12.1", "ambiguous request framing"),
    ("diesel", "2.3.10", "unsound text reads, COPY injection and a use after free"),
    ("idna", "1.0.3", "accepts names that decode to other names"),
    ("jsonwebtoken", "10.3.0", "a claim of the wrong type escapes validation"),
    ("libsqlite3-sys", "0.38.0", "its SQLite may corrupt a database that several connections write"),
    ("lopdf", "0.42.0", "a small document aborts the process"),
    ("time", "0.3.47", "a nested date exhausts the stack"),
    ("tracing-subscriber", "0.3.20", "terminal escapes reach the log"),
    ("zip", "2.3.0", "an entry can be written outside its folder"),
];

#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: Version,
}

/// Every `[[package]]` of the lock file, whichever feature or platform asks for it.
pub fn packages(lock: &str) -> Vec<Package> {
    let field = |block: &str, name: &str| {
        let value = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        value.map(|quoted| quoted.trim_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .skip(1)
        .filter_map(|block| {
            let version = Version::found_in(&field(block, "version")?)?;
            Some(Package { name: field(block, "name")?, version })
        })
        .collect()
}

/// One verdict for each floor whose package is in use.
pub fn check_floors(packages: &[Package]) -> Vec<Result<String, String>> {
    let mut verdicts = Vec::new();
    for (name, floor, fault) in FLOORS {
        let floor = Version::found_in(floor).expect("a floor is a version");
        for Package { version, .. } in packages.iter().filter(|package| package.name == name) {
            verdicts.push(if *version >= floor {
                Ok(format!("{name} {version} is at least {floor}"))
            } else {
                Err(format!("{name} {version} is older than {floor}: {fault}"))
            });
        }
    }
    verdicts
}

/// `rsa` leaks its key by timing and has no fix; `h2` 0.3 gets no fixes any more.
pub fn check_bans(packages: &[Package]) -> Result<String, String> {
    let fixed_h2 = Version::found_in("0.4.0").expect("a version");
    let banned = |package: &&Package| match package.name.as_str() {
        "rsa" => true,
        "h2" => package.version < fixed_h2,
        _ => false,
    };
    packages.iter().find(banned).map_or(Ok("no rsa, no h2 0.3".to_owned()), |package| {
        Err(format!("{} {} must not be in the lock file", package.name, package.version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "# generated\nversion = 4\n\n[[package]]\nname = \"diesel\"\nversion = \"2.3.9\"\n\
        dependencies = [\n \"time 0.3.55\",\n]\n\n[[package]]\nname = \"time\"\nversion = \"0.3.55\"\n";

    fn package(name: &str, version: &str) -> Package {
        Package { name: name.to_owned(), version: Version::found_in(version).unwrap() }
    }

    #[test]
    fn reads_names_and_versions() {
        assert_eq!(packages(LOCK), [package("diesel", "2.3.9"), package("time", "0.3.55")]);
    }

    #[test]
    fn a_package_below_its_floor_is_named_with_the_fault() {
        let verdicts = check_floors(&packages(LOCK));
        assert_eq!(verdicts.len(), 2);
        assert!(verdicts[0].as_ref().unwrap_err().contains("diesel 2.3.9 is older than 2.3.10"));
        assert!(verdicts[1].is_ok());
    }

    #[test]
    fn a_second_older_copy_of_a_package_is_found() {
        let verdicts = check_floors(&[package("time", "0.3.47"), package("time", "0.3.46")]);
        assert_eq!(verdicts.iter().filter(|verdict| verdict.is_err()).count(), 1);
    }

    #[test]
    fn bans_hold_for_the_versions_meant() {
        assert!(check_bans(&[package("h2", "0.4.7"), package("rsassa", "1.0.0")]).is_ok());
        assert!(check_bans(&[package("h2", "0.3.27")]).is_err());
        assert!(check_bans(&[package("rsa", "0.9.8")]).is_err());
    }
}
