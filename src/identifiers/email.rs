//! E-mail addresses.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "电子邮箱地址：字母、数字和 . _ % + - 组成的名称，@，以及域名；总长不超过 254",
    "an e-mail address: a name of letters, digits and . _ % + -, then @ and a domain name; 254 at most",
);

/// An e-mail address, its domain in lower case. Personal: shown [`masked`](Self::masked) only.
///
/// Narrower than RFC 5321: quoted names, address literals and non-ASCII letters are refused, since few
/// systems that must deliver to it take them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

personal_form!(Email, 0);

impl Email {
    /// Reads name and domain. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let address = text::entered(input)?;
        let (name, domain) = address.split_once('@').ok_or(FORMAT)?;
        if address.len() > 254 || !is_name(name) || !is_domain(domain) {
            return Err(FORMAT);
        }
        Ok(Self(format!("{name}@{}", domain.to_ascii_lowercase())))
    }

    /// The first character of the name, and the domain.
    pub fn masked(&self) -> String {
        let domain = self.0.split_once('@').map_or("", |(_, domain)| domain);
        format!("{}***@{domain}", &self.0[..1])
    }
}

fn is_name(name: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty() && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_%+-".contains(&byte))
    };
    name.len() <= 64 && name.split('.').all(is_atom)
}

/// Two labels at least, the last not a number, which would make it an address of a machine.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_top =
        |label: &str| label.len() > 1 && label.starts_with(|first: char| first.is_ascii_alphabetic());
    domain.split('.').all(is_label) && domain.rsplit_once('.').is_some_and(|(_, top)| is_top(top))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_put_in_lower_case() {
        for (text, normal) in [
            ("Zhang.San@Example.COM", "Zhang.San@example.com"),
            (" a@b.cn ", "a@b.cn"),
            ("ip+filing_2024@mail.nantong.example", "ip+filing_2024@mail.nantong.example"),
            ("a@xn--fiqs8s.xn--fiqs8s", "a@xn--fiqs8s.xn--fiqs8s"),
        ] {
            assert_eq!(Email::parse(text).map(|email| email.0).as_deref(), Ok(normal), "{text}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "@",
            "a@",
            "@b.cn",
            "a@b",
            "a@@b.cn",
            "a@b@c.cn",
            ".a@b.cn",
            "a.@b.cn",
            "a..b@c.cn",
            "a b@c.cn",
            "a@-b.cn",
            "a@b-.cn",
            "a@b..cn",
            "a@b.c",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "\"a\"@b.cn",
            "张三@example.com",
            "a@例子.中国",
            "a@b.cn.",
            "a<b>@c.cn",
        ] {
            assert_eq!(Email::parse(text), Err(FORMAT), "{text}");
        }
        let long = format!("{}@b.cn", "a".repeat(65));
        assert_eq!(Email::parse(&long), Err(FORMAT));
        let longer = format!("a@{}cn", "bcdefghij.".repeat(26));
        assert_eq!(Email::parse(&longer), Err(FORMAT));
    }

    #[test]
    fn shows_only_the_mask() {
        let email = Email::parse("zhang.san@example.com").unwrap();
        assert_eq!(email.masked(), "z***@example.com");
        assert_eq!(format!("{email:?}"), "Email(hidden)");
    }
}
