//! Reads rows that may have been meddled with. SQLite keeps any value in any column, and a value of the wrong type spoils
//! the query it stands in: what it belongs to is found by halving, and everything else is read all the same.

use crate::problem::Problem;
use crate::store::Conn;
use diesel::QueryResult;
use diesel::result::Error;

/// The rows of these keys by one query; the second list has the keys whose rows are not what the schema says.
pub(super) fn rows<K: Copy, R>(
    conn: &mut Conn,
    keys: &[K],
    load: &impl Fn(&mut Conn, &[K]) -> QueryResult<Vec<R>>,
) -> Result<(Vec<R>, Vec<K>), Problem> {
    match load(conn, keys) {
        Ok(rows) => Ok((rows, Vec::new())),
        Err(Error::DeserializationError(_)) if keys.len() > 1 => {
            let (left, right) = keys.split_at(keys.len() / 2);
            let (mut found, mut unreadable) = rows(conn, left, load)?;
            let (more, others) = rows(conn, right, load)?;
            found.extend(more);
            unreadable.extend(others);
            Ok((found, unreadable))
        }
        Err(Error::DeserializationError(_)) => Ok((Vec::new(), keys.to_vec())),
        Err(other) => Err(other.into()),
    }
}
