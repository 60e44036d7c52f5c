//! The demo logins, as `onewindow seed --demo --json` prints them, set out for a person.

use crate::json::Json;

struct Row<'a> {
    role: &'a str,
    name: &'a str,
    secret: &'a str,
}

/// A table with the first login of every role and the first partner client.
pub fn table(seed: &str) -> Result<String, String> {
    let seed = Json::parse(seed)?;
    let mut rows: Vec<Row> = Vec::new();
    for entry in seed.items() {
        for row in rows_of(entry) {
            if !rows.iter().any(|known| known.role == row.role) {
                rows.push(row);
            }
        }
    }
    if rows.is_empty() {
        return Err("the demo seed printed no logins".to_owned());
    }
    let header = Row { role: "role", name: "user name or client id", secret: "password or secret" };
    rows.insert(0, header);
    let widest = |cell: fn(&Row) -> usize| rows.iter().map(cell).max().unwrap_or(0);
    let role_width = widest(|row| row.role.chars().count());
    let name_width = widest(|row| row.name.chars().count());
    let lines = rows
        .iter()
        .map(|row| format!("  {:role_width$}  {:name_width$}  {}", row.role, row.name, row.secret));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A person has a row for each role held; a partner client has one.
fn rows_of(entry: &Json) -> Vec<Row<'_>> {
    if let (Some(name), Some(secret)) = (entry.text("clientId"), entry.text("clientSecret")) {
        return vec![Row { role: "PARTNER_CLIENT", name, secret }];
    }
    let (Some(name), Some(secret)) = (entry.text("userName"), entry.text("password")) else {
        return Vec::new();
    };
    entry.list("roles").iter().filter_map(Json::as_text).map(|role| Row { role, name, secret }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_first_login_of_every_role_and_one_client() {
        let seed = r#"[
            {"userName":"clerk1","password":"pw-1","roles":["CLERK"],"nodeId":"n1"},
            {"userName":"clerk2","password":"pw-2","roles":["CLERK"]},
            {"userName":"boss","password":"pw-3","roles":["CENTRE_DIRECTOR","CENTRE_ADMIN"]},
            {"clientId":"erp","clientSecret":"s1","partyId":"p1"},
            {"clientId":"other","clientSecret":"s2"}]"#;
        let table = table(seed).unwrap();
        let lines: Vec<Vec<&str>> = table.lines().skip(1).map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(
            lines,
            [
                ["CLERK", "clerk1", "pw-1"],
                ["CENTRE_DIRECTOR", "boss", "pw-3"],
                ["CENTRE_ADMIN", "boss", "pw-3"],
                ["PARTNER_CLIENT", "erp", "s1"],
            ]
        );
    }

    #[test]
    fn a_seed_without_logins_is_an_error() {
        assert!(table("[]").is_err());
        assert!(table("{}").is_err());
    }
}
