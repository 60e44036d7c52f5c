//! Licence expressions (SPDX, and the older `A/B`) judged by the allow list of `deny.toml`.

/// The `allow` list of the `[licenses]` section.
pub fn allowed_in(deny: &str) -> Vec<String> {
    let section = deny.split("[licenses]").nth(1).unwrap_or_default();
    let list = section.split_once("allow = [").and_then(|(_, rest)| rest.split_once(']'));
    let lines = list.map_or("", |(list, _)| list).lines();
    let entries = lines.map(|line| line.split('#').next().unwrap_or_default());
    entries.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// Whether a licensee may choose only allowed licences. `AND` binds closer than `OR`, as SPDX says.
pub fn permits(allowed: &[String], expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut terms = Expression { allowed, words: spaced.split_whitespace().collect(), next: 0 };
    let choice = terms.choice();
    choice && terms.next == terms.words.len()
}

struct Expression<'a> {
    allowed: &'a [String],
    words: Vec<&'a str>,
    next: usize,
}

impl<'a> Expression<'a> {
    fn choice(&mut self) -> bool {
        let mut any = self.all();
        while self.take("OR") {
            any |= self.all();
        }
        any
    }

    fn all(&mut self) -> bool {
        let mut every = self.one();
        while self.take("AND") {
            every &= self.one();
        }
        every
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            return self.choice() & self.take(")");
        }
        let Some(mut licence) = self.word().map(str::to_owned) else { return false };
        if self.take("WITH") {
            let Some(exception) = self.word() else { return false };
            licence = format!("{licence} WITH {exception}");
        }
        self.allowed.contains(&licence)
    }

    fn word(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.next).copied();
        self.next += usize::from(word.is_some());
        word
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.words.get(self.next) == Some(&wanted);
        self.next += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_allow_list() {
        let deny = "[bans]\nallow = [\"x\"]\n[licenses]\n# why\nallow = [\n  \"MIT\", # \"GPL\" is not\n  \"ISC\",\n]\n";
        assert_eq!(allowed_in(deny), ["MIT", "ISC"]);
    }

    #[test]
    fn judges_expressions() {
        let allowed = ["MIT", "Apache-2.0", "ISC"].map(str::to_owned);
        for fine in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0",
            "ISC AND (Apache-2.0 OR OpenSSL)",
            "GPL-3.0 AND GPL-2.0 OR MIT",
        ] {
            assert!(permits(&allowed, fine), "{fine}");
        }
        for refused in
            ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0 WITH LLVM-exception", "(MIT", "MIT)", "", "MIT AND"]
        {
            assert!(!permits(&allowed, refused), "{refused}");
        }
    }
}
