//! The name of the schema of a profile.

use std::fmt;

/// A PostgreSQL schema. Its name is part of the names of roles and of the channel of notifications,
/// which have at most 63 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaName(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a name for a schema: expected at most 40 of a-z, 0-9 and _, beginning with a letter, and \
     not with pg_"
)]
/// The name cannot be that of a schema.
pub struct NotASchemaName;

impl SchemaName {
    /// Takes only what needs no quotes. It stands in quotes nevertheless: it may be a word of SQL.
    pub fn new(name: &str) -> Result<Self, NotASchemaName> {
        let first = name.bytes().next().is_some_and(|c| c.is_ascii_lowercase());
        let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        let fits = first && name.len() <= 40 && name.bytes().all(fits) && !name.starts_with("pg_");
        fits.then(|| Self(name.to_owned())).ok_or(NotASchemaName)
    }

    /// The channel on which its changes are announced.
    #[must_use]
    pub fn channel(&self) -> String {
        format!("branchwatch_{}", self.0)
    }

    /// The role that has these rights: `owner`, `poller`, `desk` or `viewer`.
    #[must_use]
    pub fn role(&self, rights: &str) -> String {
        format!("bw_{}_{rights}", self.0)
    }

    /// Fills a text of SQL in: `@schema@`, `@channel@`, and the roles, in quotes and as bare names.
    #[must_use]
    pub fn fill(&self, sql: &str) -> String {
        let mut sql = sql.replace("@schema@", &format!("\"{}\"", self.0));
        sql = sql.replace("@channel@", &self.channel());
        for rights in ["owner", "poller", "desk", "viewer"] {
            let role = self.role(rights);
            sql = sql.replace(&format!("@{rights}@"), &format!("\"{role}\""));
            sql = sql.replace(&format!("@{rights}_name@"), &role);
        }
        sql
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_end_its_quotes_or_is_too_long_for_a_role_is_refused() {
        for name in ["", "a\"b", "a'b", "a b", "Acme", "1st", "_x", "pg_acme", "é", &"a".repeat(41)]
        {
            assert_eq!(SchemaName::new(name), Err(NotASchemaName), "{name}");
        }
        let longest = SchemaName::new(&"a".repeat(40)).expect("a name");
        assert!(longest.channel().len() <= 63 && longest.role("poller").len() <= 63);
    }

    #[test]
    fn a_word_of_sql_is_a_name_in_quotes() {
        let name = SchemaName::new("select").expect("a name");
        let sql = name.fill("@schema@.meta TO @desk@, '@desk_name@', '@channel@'");
        let filled = r#""select".meta TO "bw_select_desk", 'bw_select_desk', 'branchwatch_select'"#;
        assert_eq!(sql, filled);
    }
}
