//! The few words in which the databases differ.

/// SQLite's hint to go by way of an index, which PostgreSQL neither knows nor needs: the name of the index follows.
const HINT: &str = " INDEXED BY ";

/// A statement as PostgreSQL reads it: placeholders are `$1`, and there are no hints. What stands between quotes stays.
pub(super) fn translate(sql: &str) -> String {
    let mut translated = String::with_capacity(sql.len());
    for (place, part) in sql.split('\'').enumerate() {
        if place > 0 {
            translated.push('\'');
        }
        let is_quoted = place % 2 == 1;
        if is_quoted {
            translated.push_str(part);
        } else {
            translated.push_str(&without_hints(part).replace('?', "$"));
        }
    }
    translated
}

fn without_hints(sql: &str) -> String {
    let mut parts = sql.split(HINT);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(' ').unwrap_or_default();
        kept.push(' ');
        kept.push_str(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_have_another_sign() {
        assert_eq!(translate("SELECT ?1, ?12"), "SELECT $1, $12");
    }

    #[test]
    fn what_is_quoted_stays() {
        assert_eq!(
            translate("SELECT '?1', ?1, 'it''s ?'"),
            "SELECT '?1', $1, 'it''s ?'"
        );
    }

    #[test]
    fn hints_go() {
        let hinted = "SELECT a FROM facts f INDEXED BY by_ticket WHERE b = ?1";
        assert_eq!(translate(hinted), "SELECT a FROM facts f WHERE b = $1");
    }
}
